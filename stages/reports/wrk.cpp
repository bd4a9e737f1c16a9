// The text of wrk and wrk2. Percentiles are there with `--latency` only.
#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/load_metrics.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

/// `1.32ms` in milliseconds.
std::optional<double> duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double factor;
  };
  static constexpr std::array units{Unit{"us", 0.001}, Unit{"ms", 1}, Unit{"s", 1'000},
                                    Unit{"m", 60'000}, Unit{"h", 3'600'000}};
  const auto end = text.find_first_not_of("0123456789.");
  if (end == text.npos || end == 0) return std::nullopt;
  for (const auto& [name, factor] : units) {
    if (text.substr(end) != name) continue;
    const auto value = report_number(text.substr(0, end));
    return value ? std::optional(*value * factor) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' '))
    if (!word.empty()) words.push_back(word);
  return words;
}

class Wrk {
 public:
  explicit Wrk(ReportSink& sink) : metrics_(sink) {}

  void line(std::string_view line) {
    const auto words = words_of(trim(line));
    if (words.size() < 2) return;
    if (words.front() == "Requests/sec:") {
      rate_ = report_number(words[1]);
    } else if (words.front() == "Transfer/sec:") {
      ended_ = true;
    } else if (words.front() == "Latency" && words.size() >= 4) {
      keep("mean", duration(words[1]));
      keep("max", duration(words[3]));
    } else if (words.front().ends_with('%') && words.size() == 2) {
      percentile(words);
    } else if (words.size() >= 4 && words[1] == "requests" && words[2] == "in") {
      requests_ = report_number(words[0]);
    } else if (line.find("Non-2xx or 3xx responses:") != line.npos) {
      bad_ = report_number(words.back()).value_or(0);
    } else if (line.find("Socket errors:") != line.npos) {
      for (auto word : words) {
        if (word.ends_with(',')) word.remove_suffix(1);
        refused_ += report_number(word).value_or(0);
      }
    }
  }

  Result<void> end() {
    if (!requests_ || !rate_)
      return fail(Fault::step, "no result of wrk: it has no `N requests in …` and `Requests/sec`",
                  "did wrk stop with an error?");
    if (!ended_) return tl::unexpected(cut_off("its last line, `Transfer/sec`, is not there"));
    metrics_.count("requests", *requests_ + refused_);
    metrics_.count("errors", bad_ + refused_);
    metrics_.rate(rate_);
    if (*requests_ > 0)
      for (const auto& [name, value] : latencies_) metrics_.latency(name, value);
    return {};
  }

 private:
  /// `99%   45.72ms`; wrk2 writes `99.000%`.
  void percentile(const std::vector<std::string_view>& words) {
    const auto share = report_number(words[0].substr(0, words[0].size() - 1));
    if (share) keep(fmt::format("p{}", *share), duration(words[1]));
  }
  void keep(std::string name, std::optional<double> value) {
    if (value) latencies_.emplace_back(std::move(name), *value);
  }

  LoadMetrics metrics_;
  std::optional<double> requests_;
  std::optional<double> rate_;
  double bad_{0};
  double refused_{0};
  bool ended_{false};
  std::vector<std::pair<std::string, double>> latencies_;
};

Result<void> read_wrk(std::istream& in, ReportSink& sink) {
  Wrk wrk(sink);
  bool any = false;
  TRY(read_lines(in, [&](std::size_t, std::string_view line) -> Result<void> {
    any = true;
    wrk.line(line);
    return {};
  }));
  if (!any) return fail(Fault::step, "the file is empty");
  return wrk.end();
}

}  // namespace

std::unique_ptr<ReportReader> make_wrk_reader() {
  return make_reader("wrk", "Load test as wrk's text (with `--latency` for percentiles)", read_wrk);
}

}  // namespace pipectl::stages
