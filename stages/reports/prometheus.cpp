// The text that Prometheus scrapes (also OpenMetrics): each series is a metric under its own name,
// `http_requests_total{code="500"}`; series with labels are also summed up under the bare name.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

constexpr std::size_t most_sums = 20'000;

/// Where the labels end: a brace in quotes does not count.
std::size_t end_of_labels(std::string_view line, std::size_t open) {
  bool quoted = false;
  for (std::size_t i = open + 1; i < line.size(); ++i) {
    if (quoted && line[i] == '\\')
      ++i;
    else if (line[i] == '"')
      quoted = !quoted;
    else if (!quoted && line[i] == '}')
      return i + 1;
  }
  return line.npos;
}

bool is_metric_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") == name.npos;
}

class Exposition {
 public:
  explicit Exposition(ReportSink& sink) : sink_(sink) {}

  Result<void> line(std::size_t number, std::string_view line) {
    line = trim(line);
    if (line.empty() || line.front() == '#') return {};
    const auto open = line.find('{');
    const auto blank = line.find_first_of(" \t");
    const bool labelled = open != line.npos && open < blank;
    const auto end = labelled ? end_of_labels(line, open) : blank;
    const auto name = line.substr(0, labelled ? open : end);
    if (end == line.npos || !is_metric_name(trim(name))) return broken(number, line);
    const auto rest = trim(line.substr(end));
    const auto value = rest.substr(0, rest.find_first_of(" \t"));
    ++samples_;
    if (is_no_number(value)) return {};
    const auto read = report_number(value);
    if (!read) return broken(number, line);
    tell(std::string(line.substr(0, end)), *read);
    if (labelled && !is_part_of_histogram(name)) add(name, *read);
    return {};
  }

  [[nodiscard]] Result<void> end() {
    if (samples_ == 0) return fail(Fault::step, "it holds no sample");
    for (const auto& [name, sum] : sums_) tell(name, sum);
    return {};
  }

 private:
  static tl::unexpected<Error> broken(std::size_t number, std::string_view line) {
    return fail(Fault::step, fmt::format("line {} is no sample of Prometheus: {}", number,
                                         printable(line.substr(0, 80))));
  }
  /// What no gate could be decided by.
  static bool is_no_number(std::string_view value) {
    return value == "NaN" || value == "+Inf" || value == "-Inf" || value == "Inf";
  }
  /// Their sum would count the same events again and again.
  static bool is_part_of_histogram(std::string_view name) { return name.ends_with("_bucket"); }

  void tell(std::string name, double value) {
    sink_.metric({std::move(name), value, report::Unit::number, report::Merge::most});
  }
  void add(std::string_view name, double value) {
    const auto known = sums_.find(name);
    if (known != sums_.end())
      known->second += value;
    else if (sums_.size() < most_sums)
      sums_.emplace(name, value);
  }

  ReportSink& sink_;
  std::map<std::string, double, std::less<>> sums_;
  std::size_t samples_{0};
};

Result<void> read_prometheus(std::istream& in, ReportSink& sink) {
  Exposition exposition(sink);
  TRY(read_lines(in, [&](std::size_t number, std::string_view line) {
    return exposition.line(number, line);
  }));
  return exposition.end();
}

}  // namespace

std::unique_ptr<ReportReader> make_prometheus_reader() {
  return make_reader("prometheus", "Metrics as the text that Prometheus scrapes", read_prometheus);
}

}  // namespace pipectl::stages
