#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/api/run_command.hpp"
#include "core/base/percent.hpp"
#include "core/base/text.hpp"
#include "stages/deploy/analysis.hpp"
#include "stages/deploy/gates.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;

report::Metrics metrics_of(double value) {
  return {{"value", {"value", value, report::Unit::number}}};
}

/// What Prometheus itself complains of: a query that it does not understand is the file's fault.
tl::unexpected<Error> complaint(const json& answer) {
  const auto what = answer.is_object() ? answer.value("error", "") : std::string{};
  const bool bad = answer.is_object() && answer.value("errorType", "") == "bad_data";
  return fail(bad ? Fault::step : Fault::infrastructure,
              what.empty() ? "Prometheus gave an answer that is not understood"
                           : fmt::format("Prometheus says: {}", printable(what)));
}

/// The one number that a query gave: a scalar, or a vector of one sample.
/// https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
Result<double> value_in(const json& answer) {
  if (!answer.is_object() || answer.value("status", "") != "success") return complaint(answer);
  const json& data = answer.at("data");
  const json& result = data.at("result");
  const bool scalar = data.value("resultType", "") == "scalar";
  if (!scalar && result.size() != 1)
    return fail(Fault::step, fmt::format("the query gave {} samples, want one", result.size()),
                result.empty() ? "there are no such metrics (yet): a `pause` longer than the "
                                 "interval of the scrapes gives them time"
                               : "sum() or max() makes one of many");
  const json& sample = scalar ? result : result.front().at("value");
  const auto text = sample.at(1).get<std::string>();
  const double value = std::strtod(text.c_str(), nullptr);
  if (std::isnan(value))
    return fail(Fault::step, "the query gave NaN: nothing was counted yet",
                "a `pause` before it gives the release some traffic");
  return value;
}

class PrometheusAnalysis final : public Analysis {
 public:
  PrometheusAnalysis(expr::Template url, expr::Template query, std::vector<Gate> gates)
      : url_(std::move(url)), query_(std::move(query)), gates_(std::move(gates)) {}

  Result<std::string> run(StageContext& context) const override {
    const std::string query = TRY(query_.evaluate(context.scope));
    const auto gates = TRY(evaluate(gates_, context.scope));
    const auto value = ask(query, context);
    if (!value) return about(query, value.error());
    if (const auto held = hold(gates, Which::all, metrics_of(*value)); !held)
      return about(query, held.error());
    return fmt::format("{} = {}", printable(query), *value);
  }

 private:
  static tl::unexpected<Error> about(const std::string& query, Error error) {
    error.message = fmt::format("analysis of {}: {}", printable(query), error.message);
    return tl::unexpected(std::move(error));
  }

  [[nodiscard]] Result<double> ask(const std::string& query, StageContext& context) const {
    std::string base = TRY(url_.evaluate(context.scope));
    while (base.ends_with('/')) base.pop_back();
    HttpRequest request;
    request.url = fmt::format("{}/api/v1/query?query={}", base, percent_encoded(query));
    const auto answer = TRY(context.client().send(request, context.cancel));
    try {
      return value_in(json::parse(answer.body));
    } catch (const json::exception&) {
      return fail(Fault::infrastructure,
                  fmt::format("Prometheus gave an answer that is not understood (status {})",
                              answer.status));
    }
  }

  expr::Template url_;
  expr::Template query_;
  std::vector<Gate> gates_;
};

}  // namespace

std::unique_ptr<Analysis> parse_prometheus_analysis(yaml::Reader& reader,
                                                    const ParseContext& context) {
  auto url = read_template("prometheus", reader, context);
  auto query = read_template("query", reader, context);
  auto gates = read_gates(reader, metrics_of(0), context);
  if (!query)
    context.diagnostics.error(reader.self().span(), "`prometheus` needs a `query`",
                              "`query: 'sum(rate(errors_total[1m]))'`");
  if (!url || !query || gates.empty()) return nullptr;
  return std::make_unique<PrometheusAnalysis>(std::move(*url), std::move(*query), std::move(gates));
}

}  // namespace pipectl::stages
