#include <fmt/format.h>

#include <istream>

#include "core/base/text.hpp"
#include "core/engine/kept_reports.hpp"
#include "core/engine/placed_sink.hpp"
#include "core/engine/report_baseline.hpp"
#include "core/engine/report_stream.hpp"
#include "core/engine/stage_reports.hpp"
#include "core/store/file_pattern.hpp"

// Deciding the gates of a stage, also those that compare.

namespace pipectl {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view baseline_format = "sarif";

Error about_baseline(std::string_view file, const Error& error) {
  return {error.fault, fmt::format("baseline {}: {}", printable(file), error.message),
          error.hint.empty()
              ? "`pipectl report --sarif --output FILE` writes one from what a run found"
              : error.hint};
}

}  // namespace

/// Read when the stage has run, for what checked it out may have been a stage too. It is kept
/// beside what the stage found, so that the run's page tells new findings as the gate did.
Result<fs::path> StageReports::keep_baseline(const fs::path& directory) {
  const auto file = TRY(leniency_.baseline.evaluate(*job_.scope));
  if (const auto pattern = store::FilePattern::parse(file); !pattern)
    return fail(Fault::step, fmt::format("`baseline`: {}", pattern.error().message),
                pattern.error().hint);
  auto kept = store::committed_baseline_dir(store::reports_dir(tools_.run_dir, job_.node->name));
  KeptReports spool(TRY(store::ReportWriter::create(kept)));
  ReportCollector known([this](std::string_view text) { return tools_.redactor.redact(text); },
                        &spool);
  const ReportReader* const reader = tools_.registry->report_reader(baseline_format);
  if (reader == nullptr)
    return fail(Fault::bug, fmt::format("no reader for reports of format '{}'", baseline_format));
  std::error_code ignored;
  if (!fs::exists(directory / file, ignored))
    return tl::unexpected(about_baseline(file, {Fault::step, "there is no such file", {}}));
  ReportStream stream(job_.cancel);
  Result<void> read = stream.open(directory / file);
  std::istream in(&stream);
  PlacedSink placed({job_.scope->facts().workspace, directory, file}, known);
  if (read) read = reader->read(in, placed);
  if (stream.cut_by()) return tl::unexpected(*stream.cut_by());
  if (read && known.failure()) read = tl::unexpected(*known.failure());
  if (!read) return tl::unexpected(about_baseline(file, read.error()));
  TRY(spool.finish(known.metrics(), {}));
  return kept;
}

/// What a metric is compared with: of findings, the committed file where the stage names one.
Result<std::optional<fs::path>> StageReports::baseline_of(std::string_view metric,
                                                          const fs::path& directory) {
  if (compares_findings(metric) && !leniency_.baseline.text().empty())
    return TRY(keep_baseline(directory));
  const auto earlier = tools_.baselines.find(job_.node->name);
  if (earlier == tools_.baselines.end()) return std::nullopt;
  return earlier->second;
}

/// Measures what gates ask for that compare.
Result<void> StageReports::compare(const fs::path& directory) {
  const auto kept = store::reports_dir(tools_.run_dir, job_.node->name);
  for (const Gate& gate : gates_) {
    if (!compares_with_baseline(gate.metric)) continue;
    const auto baseline = TRY(baseline_of(gate.metric, directory));
    if (!baseline) continue;
    TRY(spool_->flush());
    auto compared = TRY(change_since(*baseline, gate.metric, metrics_, kept));
    if (!compared) continue;
    if (compared->interval) intervals_.insert_or_assign(gate.metric, *compared->interval);
    metrics_.insert_or_assign(gate.metric, std::move(compared->metric));
  }
  return {};
}

/// The first run of a branch has nothing to be compared with: it makes the baseline.
Result<report::GateVerdict> StageReports::decide(const Gate& gate, const Bound& bound) {
  if (const auto interval = intervals_.find(gate.metric); interval != intervals_.end())
    return decide_gate(metrics_.at(gate.metric), interval->second, bound);
  if (!compares_with_baseline(gate.metric) || metrics_.contains(gate.metric))
    return decide_gate(gate.metric, bound, metrics_);
  TRY(check_compared(gate.metric, metrics_));
  const bool earlier = tools_.baselines.contains(job_.node->name);
  emit_.note(fmt::format(
      "gate {}: {}, so there is nothing to compare with", gate.metric,
      earlier ? "the earlier run did not measure it" : "no earlier run of this branch passed"));
  return report::GateVerdict{
      gate.metric, bound.text, "no baseline", report::GateVerdict::Result::passed, {}};
}

Result<void> StageReports::decide(const fs::path& directory) {
  TRY(compare(directory));
  for (const Gate& gate : gates_) {
    const auto text = TRY(gate.bound.evaluate(*job_.scope));
    const auto bound = parse_bound(text);
    if (!bound)
      return fail(Fault::step, fmt::format("gate {}: {}", gate.metric, bound.error().message),
                  bound.error().hint);
    auto verdict = TRY(decide(gate, *bound));
    const auto waiver = lenient_.waiver_of(gate.metric);
    if (waiver && verdict.result == report::GateVerdict::Result::failed) {
      verdict.result = report::GateVerdict::Result::waived;
      verdict.waiver = *waiver;
      waived_.push_back(describe(verdict));
    }
    verdicts_.push_back(std::move(verdict));
  }
  return {};
}

}  // namespace pipectl
