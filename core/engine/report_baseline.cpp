#include "core/engine/report_baseline.hpp"

#include <fmt/format.h>

#include <string>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/store/report_files.hpp"

namespace pipectl {
namespace {

using report::Metric;
using report::Metrics;
using report::Unit;

constexpr std::string_view new_findings = "new_findings";
constexpr std::string_view change = "_change";

Result<Metric> count_new(const std::filesystem::path& baseline, const std::filesystem::path& kept) {
  std::unordered_set<std::string> known;
  TRY(store::for_each_finding(baseline, [&](const report::Finding& finding) {
    known.insert(finding.fingerprint);
    return true;
  }));
  double fresh = 0;
  TRY(store::for_each_finding(kept, [&](const report::Finding& finding) {
    if (!known.contains(finding.fingerprint)) ++fresh;
    return true;
  }));
  return Metric{std::string(new_findings), fresh, Unit::count, report::Merge::sum};
}

Result<Metric> metric_of(const Metrics& metrics, const std::string& name, std::string_view where) {
  const auto hit = metrics.find(name);
  if (hit != metrics.end()) return hit->second;
  return fail(Fault::step, fmt::format("gate {}{}: {} has no '{}'", printable(name), change, where,
                                       printable(name)));
}

}  // namespace

bool compares_with_baseline(std::string_view metric) noexcept {
  return metric == new_findings || (metric.ends_with(change) && metric.size() > change.size());
}

Result<Metric> change_since(const std::filesystem::path& baseline, std::string_view metric,
                            const Metrics& now, const std::filesystem::path& kept) {
  if (metric == new_findings) return count_new(baseline, kept);
  const std::string name(metric.substr(0, metric.size() - change.size()));
  const auto summary = TRY(store::read_report_summary(baseline));
  const Metric before =
      TRY(metric_of(summary ? summary->metrics : Metrics{}, name, "the earlier run"));
  const Metric after = TRY(metric_of(now, name, "this run"));
  if (after.unit == Unit::milliseconds)
    return fail(Fault::step,
                fmt::format("gate {}: a change of times is judged on the samples of both runs",
                            printable(metric)),
                "this report holds no samples; set a bound for the time itself");
  Metric result{std::string(metric), after.value - before.value, Unit::percent,
                report::Merge::most};
  if (after.unit == Unit::percent) return result;
  if (before.value == 0)
    return fail(Fault::step,
                fmt::format("gate {}: it was 0 before, so there is no change in percent",
                            printable(metric)));
  result.value = 100.0 * result.value / before.value;
  return result;
}

}  // namespace pipectl
