#include <fmt/format.h>

#include <algorithm>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "stages/deploy/analysis.hpp"
#include "stages/deploy/gates.hpp"
#include "stages/deploy/request_tally.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

constexpr long most_requests = 100'000;
constexpr long looks = 20;  ///< at what cannot hold any more, beside each error
constexpr int first_bad_status = 400;
constexpr Milliseconds patience{10'000};  ///< with one request

class HttpAnalysis final : public Analysis {
 public:
  HttpAnalysis(expr::Template url, long requests, std::vector<Gate> gates)
      : url_(std::move(url)), requests_(requests), gates_(std::move(gates)) {}

  Result<std::string> run(StageContext& context) const override {
    const std::string url = TRY(url_.evaluate(context.scope));
    const auto gates = TRY(evaluate(gates_, context.scope));
    RequestTally tally{static_cast<std::size_t>(requests_)};
    for (long i = 1; i <= requests_; ++i) {
      const bool good = TRY(ask(url, context, tally));
      // What cannot hold any more is not asked to its end.
      if (good && i % std::max(1L, requests_ / looks) != 0) continue;
      if (const auto still = hold(gates, Which::limits, tally.at_best()); !still)
        return breach(still.error(), url, tally);
    }
    const report::Metrics metrics = tally.metrics();
    if (const auto held = hold(gates, Which::all, metrics); !held)
      return breach(held.error(), url, tally);
    return fmt::format("{}: {}", printable(url), told(gates, metrics));
  }

 private:
  /// `error_rate 0% · p95 12ms`
  static std::string told(const std::vector<KnownGate>& gates, const report::Metrics& metrics) {
    std::vector<std::string> parts;
    for (const KnownGate& gate : gates) {
      const auto verdict = decide_gate(gate.metric, gate.bound, metrics);
      if (verdict) parts.push_back(fmt::format("{} {}", verdict->metric, verdict->actual));
    }
    return join(parts, " · ");
  }

  static tl::unexpected<Error> breach(Error error, const std::string& url,
                                      const RequestTally& tally) {
    error.message = fmt::format("analysis of {}: {} (after {} requests)", printable(url),
                                error.message, tally.done());
    return tl::unexpected(std::move(error));
  }

  static Result<bool> ask(const std::string& url, StageContext& context, RequestTally& tally) {
    const SteadyTime start = context.clock.steady();
    if (context.deadline && start >= *context.deadline)
      return fail(Fault::step, "the stage's timeout ended the analysis");
    HttpRequest request;
    request.url = url;
    request.timeout = patience;
    const auto answer = context.client().send(request, context.cancel);
    if (context.cancel.cancelled())
      return fail(Fault::cancelled, describe(context.cancel.reason()));
    const std::chrono::duration<double, std::milli> took = context.clock.steady() - start;
    const bool good = answer && answer->status < first_bad_status;
    tally.add(good, took.count());
    return good;
  }

  expr::Template url_;
  long requests_;
  std::vector<Gate> gates_;
};

}  // namespace

std::unique_ptr<Analysis> parse_http_analysis(yaml::Reader& reader, const ParseContext& context) {
  constexpr long usual = 100;
  auto url = read_template("http", reader, context);
  const long requests = reader.integer("requests", 1, most_requests).value_or(usual);
  auto gates = read_gates(reader, RequestTally{0}.metrics(), context);
  if (!url || gates.empty()) return nullptr;
  return std::make_unique<HttpAnalysis>(std::move(*url), requests, std::move(gates));
}

}  // namespace pipectl::stages
