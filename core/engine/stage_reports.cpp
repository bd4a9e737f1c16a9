#include "core/engine/stage_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>

#include "core/api/run_command.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/engine/report_baseline.hpp"
#include "core/engine/report_stream.hpp"
#include "core/store/find_files.hpp"
#include "core/store/names.hpp"

namespace pipectl {
namespace {

namespace fs = std::filesystem;

/// File systems stamp with a coarser clock than ours, and a server's may be a little off.
constexpr std::chrono::seconds clock_slack{2};
constexpr std::size_t gates_told = 3;

Error about(const std::string& file, std::string_view format, Error error) {
  error.message = fmt::format("report {} ({}): {}", printable(file), format, error.message);
  return error;
}

Error not_written(const std::string& pattern, std::string_view format, const fs::path& directory) {
  return {
      Fault::step,
      fmt::format("report {} ({}): the stage did not write it", printable(pattern), format),
      fmt::format("it is looked for in the working directory {}", printable(directory.string()))};
}

bool is_readable(store::FoundFile::Kind kind) {
  using enum store::FoundFile::Kind;
  return kind == file || kind == link;
}

WallTime changed_at(const fs::path& file) {
  const auto info = store::look_at(file, store::Links::follow);
  const std::chrono::nanoseconds at(info ? info->state.ctime : 0);
  return WallTime(std::chrono::duration_cast<WallTime::duration>(at));
}

/// The failing gates in one line; empty when all hold.
std::string complaint(const std::vector<report::GateVerdict>& verdicts) {
  std::vector<std::string> failed;
  for (const auto& verdict : verdicts)
    if (verdict.result == report::GateVerdict::Result::failed) failed.push_back(describe(verdict));
  const std::size_t all = failed.size();
  if (all > gates_told) failed.resize(gates_told);
  auto text = join(failed, "; ");
  return all > gates_told ? fmt::format("{}; and {} more", text, all - gates_told) : text;
}

void fail_with(Outcome& outcome, const Error& error) {
  const Outcome failed = outcome_of(error);
  outcome.status = failed.status;
  outcome.reason = failed.reason;
  outcome.hint = failed.hint;
}

void add_summary(Outcome& outcome, const report::Metrics& metrics) {
  const auto line = summary_line(metrics);
  if (line.empty()) return;
  outcome.summary += outcome.summary.empty() ? line : " · " + line;
}

/// Paths with the stage's name in them.
std::vector<ReportSpec> in_place_of(const std::string& stage, std::vector<ReportSpec> reports) {
  constexpr std::string_view placeholder = "{stage}";
  for (ReportSpec& report : reports)
    for (auto& path : report.paths) {
      std::string text = path.text();
      if (const auto at = text.find(placeholder); at != std::string::npos)
        path = expr::Template::literal(
            text.replace(at, placeholder.size(), store::file_name_of(stage)));
    }
  return reports;
}

}  // namespace

class StageReports::Spool final : public ReportSpool {
 public:
  explicit Spool(store::ReportWriter writer) : writer_(std::move(writer)) {}
  Result<void> put(const report::Finding& finding) override { return writer_.put(finding); }
  Result<void> put(const report::TestCase& test) override { return writer_.put(test); }
  Result<void> flush() { return writer_.flush(); }
  Result<void> finish(const report::Metrics& metrics,
                      const std::vector<report::GateVerdict>& gates) {
    return writer_.finish(metrics, gates);
  }

 private:
  store::ReportWriter writer_;
};

StageReports::StageReports(const StageJob& job, const JobTools& tools, WorkerEmitter& emit)
    : job_(job), tools_(tools), emit_(emit) {
  const StageSpec& spec = *job.node->stage;
  Measures measures = job.runner->measures();
  reports_ = spec.reports.empty() ? in_place_of(job.node->name, std::move(measures.reports))
                                  : spec.reports;
  gates_ = spec.gates;
  if (gates_.empty()) gates_ = std::move(measures.gates);
  own_ = measures.own;
}

StageReports::~StageReports() = default;

bool StageReports::in_use() const noexcept {
  return tools_.registry != nullptr && (!reports_.empty() || own_ == Measures::Own::metrics);
}

Result<ReportSink*> StageReports::begin() {
  if (!in_use()) return nullptr;
  metrics_.clear();
  verdicts_.clear();
  collector_.reset();
  spool_ = std::make_unique<Spool>(
      TRY(store::ReportWriter::create(store::reports_dir(tools_.run_dir, job_.node->name))));
  collector_.emplace([this](std::string_view text) { return tools_.redactor.redact(text); },
                     spool_.get());
  return own_ == Measures::Own::metrics ? &*collector_ : nullptr;
}

void StageReports::judge(Outcome& outcome, const fs::path& directory) {
  if (!collector_) return;
  const bool good = is_success(outcome.status);
  if (!good && outcome.status != Status::failed) return;
  Result<void> read = read_all(directory);
  metrics_ = collector_->metrics();
  add_summary(outcome, metrics_);
  if (!good) {
    if (!read) emit_.note(read.error().message);
    if (read) static_cast<void>(decide());
    static_cast<void>(spool_->finish(metrics_, verdicts_));
    return;
  }
  if (read) read = decide();
  if (const auto kept = spool_->finish(metrics_, verdicts_); read && !kept) read = kept;
  if (!read) return fail_with(outcome, read.error());
  if (const auto failing = complaint(verdicts_); !failing.empty())
    fail_with(outcome, {Fault::step, failing, {}});
}

Result<void> StageReports::read_all(const fs::path& directory) {
  for (const ReportSpec& report : reports_) TRY(read_one(report, directory));
  if (collector_->failure()) return tl::unexpected(*collector_->failure());
  return {};
}

Result<void> StageReports::read_one(const ReportSpec& report, const fs::path& directory) {
  const ReportReader* const reader = tools_.registry->report_reader(report.format);
  if (reader == nullptr)
    return fail(Fault::bug, fmt::format("no reader for reports of format '{}'", report.format));
  std::vector<std::string> patterns;
  for (const auto& path : report.paths) patterns.push_back(TRY(path.evaluate(*job_.scope)));
  auto parsed = store::parse_patterns(patterns);
  if (!parsed)
    return fail(Fault::step, fmt::format("`reports`: {}", parsed.error().message),
                parsed.error().hint);
  const fs::path& workspace = job_.scope->facts().workspace;
  const auto found =
      TRY(store::find_files({directory, workspace, std::move(*parsed), {}}, job_.cancel));
  if (!found.unmatched.empty())
    return tl::unexpected(not_written(patterns[found.unmatched.front()], report.format, directory));
  std::size_t read = 0;
  for (const auto& file : found.files) {
    if (file.kind == store::FoundFile::Kind::folder) continue;
    if (!is_readable(file.kind))
      return tl::unexpected(
          about(file.path, report.format, {Fault::step, "it is no file of the workspace", {}}));
    TRY(read_file(*reader, directory / file.path, file.path));
    ++read;
  }
  if (read == 0) return tl::unexpected(not_written(patterns.front(), report.format, directory));
  return {};
}

Result<void> StageReports::read_file(const ReportReader& reader, const fs::path& file,
                                     const std::string& shown) {
  if (changed_at(file) + clock_slack < job_.scope->facts().started)
    return tl::unexpected(
        about(shown, reader.name(),
              {Fault::step, "it is older than this run, so the stage did not write it",
               "have the command write it each time; a report of an earlier run says nothing of "
               "this one"}));
  ReportStream stream(job_.cancel);
  Result<void> read = stream.open(file);
  std::istream in(&stream);
  if (read) read = reader.read(in, *collector_);
  if (stream.cut_by()) return tl::unexpected(*stream.cut_by());
  if (!read) return tl::unexpected(about(shown, reader.name(), read.error()));
  return {};
}

/// Measures what gates ask for that compare with an earlier run.
Result<void> StageReports::compare() {
  const auto baseline = tools_.baselines.find(job_.node->name);
  if (baseline == tools_.baselines.end()) return {};
  TRY(spool_->flush());
  const auto kept = store::reports_dir(tools_.run_dir, job_.node->name);
  for (const Gate& gate : gates_) {
    if (!compares_with_baseline(gate.metric)) continue;
    auto metric = TRY(change_since(baseline->second, gate.metric, metrics_, kept));
    metrics_.insert_or_assign(gate.metric, std::move(metric));
  }
  return {};
}

/// The first run of a branch has nothing to be compared with: it makes the baseline.
Result<report::GateVerdict> StageReports::decide(const Gate& gate, const Bound& bound) {
  const bool compares = compares_with_baseline(gate.metric) && !metrics_.contains(gate.metric);
  if (!compares || tools_.baselines.contains(job_.node->name))
    return decide_gate(gate.metric, bound, metrics_);
  emit_.note(
      fmt::format("gate {}: no earlier run of this branch passed, so there is nothing to "
                  "compare with",
                  gate.metric));
  return report::GateVerdict{gate.metric, bound.text, "no baseline",
                             report::GateVerdict::Result::passed};
}

Result<void> StageReports::decide() {
  TRY(compare());
  for (const Gate& gate : gates_) {
    const auto text = TRY(gate.bound.evaluate(*job_.scope));
    const auto bound = parse_bound(text);
    if (!bound)
      return fail(Fault::step, fmt::format("gate {}: {}", gate.metric, bound.error().message),
                  bound.error().hint);
    verdicts_.push_back(TRY(decide(gate, *bound)));
  }
  return {};
}

void StageReports::publish() {
  if (!collector_) return;
  for (const auto& [name, metric] : metrics_) emit_.report(event::StageMetric{{}, metric});
  for (auto& finding : collector_->findings())
    emit_.report(event::StageFinding{{}, std::move(finding)});
  for (const auto& test : collector_->remarkable_tests()) emit_.report(event::StageTest{{}, test});
  for (const auto& verdict : verdicts_) emit_.report(event::GateEvaluated{{}, verdict});
}

}  // namespace pipectl
