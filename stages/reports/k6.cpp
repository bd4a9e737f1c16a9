// k6: `--summary-export`, and what handleSummary gets (values below `values`). In the export a
// threshold is true when it FAILED; in the other it has an `ok`.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/load_metrics.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using enum JsonPlace::Presence;

/// `http_req_duration{scenario:login}` -> `scenario.login.`; nothing for tags of other kinds.
std::optional<std::string> prefix_of(std::string_view metric, std::string_view base) {
  if (!metric.starts_with(base)) return std::nullopt;
  metric.remove_prefix(base.size());
  if (metric.empty()) return std::string();
  constexpr std::string_view tag = "{scenario:";
  if (!metric.starts_with(tag) || !metric.ends_with('}')) return std::nullopt;
  return "scenario." + std::string(metric.substr(tag.size(), metric.size() - tag.size() - 1)) + ".";
}

void tell_durations(const json& values, LoadMetrics metrics) {
  metrics.latency("min", json_number(values, "min"));
  metrics.latency("mean", json_number(values, "avg"));
  metrics.latency("p50", json_number(values, "med"));
  metrics.latency("max", json_number(values, "max"));
  for (const auto& [key, value] : values.items())
    if (key.starts_with("p(") && key.ends_with(')') && value.is_number())
      metrics.latency("p" + key.substr(2, key.size() - 3), value.get<double>());
}

double failed_thresholds(const json& metric) {
  double failed = 0;
  for (const auto& [bound, state] : json_at(metric, "thresholds").items()) {
    const bool bad = state.is_boolean() ? state.get<bool>() : json_at(state, "ok") == false;
    if (bad) ++failed;
  }
  return failed;
}

class K6 {
 public:
  explicit K6(ReportSink& sink) : sink_(sink) {}

  void metric(const std::string& name, const json& metric) {
    const json& below = json_at(metric, "values");
    const json& values = below.is_object() ? below : metric;
    if (const auto prefix = prefix_of(name, "http_req_duration"))
      tell_durations(values, LoadMetrics(sink_, *prefix));
    if (const auto prefix = prefix_of(name, "http_reqs")) {
      LoadMetrics metrics(sink_, *prefix);
      metrics.count("requests", json_number(values, "count"));
      metrics.rate(json_number(values, "rate"));
    }
    // A rate of failures: what "passes" is a request that failed.
    if (const auto prefix = prefix_of(name, "http_req_failed"))
      LoadMetrics(sink_, *prefix).count("errors", json_number(values, "passes"));
    if (name == "checks") {
      LoadMetrics(sink_).count("checks.passed", json_number(values, "passes"));
      LoadMetrics(sink_).count("checks.failed", json_number(values, "fails"));
    }
    if (name == "iterations") LoadMetrics(sink_).count("iterations", json_number(values, "count"));
    failed_ += failed_thresholds(metric);
  }
  void end() { LoadMetrics(sink_).count("thresholds.failed", failed_); }

 private:
  ReportSink& sink_;
  double failed_{0};
};

Result<void> read_k6(std::istream& in, ReportSink& sink) {
  K6 k6(sink);
  const auto take = [&](const JsonPath& path, const json& metric) -> Result<void> {
    k6.metric(path.back(), metric);
    return {};
  };
  TRY(read_json(in, {{"metrics", {}, required},
                     {"root_group|options|state", {}, required},
                     {"metrics/*", take}}));
  k6.end();
  return {};
}

}  // namespace

std::unique_ptr<ReportReader> make_k6_reader() {
  return make_reader("k6", "Load test as k6's summary (`--summary-export`, handleSummary)",
                     read_k6);
}

}  // namespace pipectl::stages
