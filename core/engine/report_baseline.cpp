#include "core/engine/report_baseline.hpp"

#include <fmt/format.h>

#include <string>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/engine/sample_change.hpp"
#include "core/store/report_files.hpp"

namespace pipectl {
namespace {

using report::Metric;
using report::Metrics;
using report::Unit;

constexpr std::string_view new_findings = "new_findings";
constexpr std::string_view change = "_change";

/// Of what does not fit into a kept report only the number is known.
Result<void> check_all_kept(double kept, const Metrics& told, std::string_view whose,
                            std::string hint) {
  const auto findings = told.find("findings");
  if (findings == told.end() || findings->second.value <= kept) return {};
  return fail(Fault::step,
              fmt::format("gate {}: of the {:.0f} findings {} only {:.0f} fit into the 64 MiB that "
                          "are kept, so which are new cannot be said",
                          new_findings, findings->second.value, whose, kept),
              std::move(hint));
}

Result<std::unordered_set<std::string>> known_findings(const std::filesystem::path& baseline) {
  std::unordered_set<std::string> known;
  double kept = 0;
  TRY(store::for_each_finding(baseline, [&](const report::Finding& finding) {
    known.insert(finding.fingerprint);
    ++kept;
    return true;
  }));
  if (const auto summary = TRY(store::read_report_summary(baseline)))
    TRY(check_all_kept(kept, summary->metrics, "that they are compared with",
                       "compare with less: a run that passes without this gate is the next one "
                       "that is compared with, a `baseline` may hold fewer"));
  return known;
}

Result<Metric> count_new(const std::filesystem::path& baseline, const Metrics& now,
                         const std::filesystem::path& here) {
  const auto known = TRY(known_findings(baseline));
  double fresh = 0;
  double kept = 0;
  TRY(store::for_each_finding(here, [&](const report::Finding& finding) {
    if (!known.contains(finding.fingerprint)) ++fresh;
    ++kept;
    return true;
  }));
  TRY(check_all_kept(kept, now, "of this run",
                     "have the tool look at less, or split the stage; a bound for `findings` "
                     "counts all of them"));
  return Metric{std::string(new_findings), fresh, Unit::count, report::Merge::sum};
}

/// `scenario.login.p95` is the `p95` of the samples of `scenario.login.`.
struct SampleName {
  std::string_view of;
  std::string_view statistic;
};

SampleName sample_name(std::string_view metric) {
  // `p99.9` has a dot of its own.
  const auto digits = metric.find_last_not_of("0123456789.");
  const auto dot = metric.rfind('.', digits);
  if (dot == std::string_view::npos) return {{}, metric};
  return {metric.substr(0, dot + 1), metric.substr(dot + 1)};
}

tl::unexpected<Error> not_judged(std::string_view metric, std::string_view why) {
  return fail(Fault::step,
              fmt::format("gate {}{}: a change of times is judged on the samples of both runs",
                          printable(metric), change),
              std::string(why));
}

Result<std::optional<Compared>> compare_samples(const std::filesystem::path& baseline,
                                                const std::string& metric,
                                                const std::filesystem::path& kept) {
  const auto name = sample_name(metric);
  const auto after = TRY(store::read_samples(kept, name.of));
  if (!after)
    return not_judged(metric, "this report holds no samples; set a bound for the time itself");
  if (name.statistic == "min" || name.statistic == "max")
    return not_judged(metric, "of the shortest and the longest there is one each; compare `p99`");
  const auto before = TRY(store::read_samples(baseline, name.of));
  if (!before) return std::nullopt;
  const auto found = change_between(name.statistic, *before, *after);
  if (!found) return std::nullopt;
  return Compared{
      Metric{metric + std::string(change), found->percent, Unit::percent, report::Merge::most},
      found->interval};
}

std::string base_of(std::string_view metric) {
  return std::string(metric.substr(0, metric.size() - change.size()));
}

}  // namespace

bool compares_findings(std::string_view metric) noexcept { return metric == new_findings; }

bool compares_with_baseline(std::string_view metric) noexcept {
  return metric == new_findings || (metric.ends_with(change) && metric.size() > change.size());
}

Result<void> check_compared(std::string_view metric, const Metrics& now) {
  TRY(metric_named(metric == new_findings ? "findings" : base_of(metric), now));
  return {};
}

Result<std::optional<Compared>> change_since(const std::filesystem::path& baseline,
                                             std::string_view metric, const Metrics& now,
                                             const std::filesystem::path& kept) {
  TRY(check_compared(metric, now));
  if (metric == new_findings) return Compared{TRY(count_new(baseline, now, kept)), {}};
  const Metric after = TRY(metric_named(base_of(metric), now));
  if (after.unit == Unit::milliseconds) {
    auto compared = TRY(compare_samples(baseline, after.name, kept));
    if (compared) compared->metric.name = metric;
    return compared;
  }
  const auto summary = TRY(store::read_report_summary(baseline));
  const auto before = summary ? metric_named(after.name, summary->metrics)
                              : Result<Metric>(tl::unexpected(Error{}));
  if (!before) return std::nullopt;
  Metric result{std::string(metric), after.value - before->value, Unit::percent,
                report::Merge::most};
  if (after.unit == Unit::percent) return Compared{std::move(result), {}};
  if (after.value == before->value) return Compared{std::move(result), {}};
  if (before->value == 0)
    return fail(Fault::step,
                fmt::format("gate {}: it was 0 before, so there is no change in percent",
                            printable(metric)));
  result.value = 100.0 * result.value / before->value;
  return Compared{std::move(result), {}};
}

}  // namespace pipectl
