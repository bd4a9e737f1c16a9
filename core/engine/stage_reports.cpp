#include "core/engine/stage_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "core/engine/kept_reports.hpp"
#include "core/engine/rerun.hpp"
#include "core/store/names.hpp"

namespace pipectl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t gates_told = 3;

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

const StageLeniency& leniency_of(const StageJob& job, const JobTools& tools) {
  static const StageLeniency none{};
  if (tools.leniency == nullptr) return none;
  const auto found = tools.leniency->find(job.node->stage->name);
  return found == tools.leniency->end() ? none : found->second;
}

/// Something that makes a tool say by its exit code that it found something.
bool holds_findings(const report::Metrics& metrics) {
  constexpr std::array<std::string_view, 5> counts{"findings", "findings.waived", "tests.failed",
                                                   "tests.quarantined", "thresholds.failed"};
  return std::ranges::any_of(counts, [&](std::string_view name) {
    const auto found = metrics.find(name);
    return found != metrics.end() && found->second.value > 0;
  });
}

/// A tool that looked at nothing often ends with the code that it has for findings.
Error nothing_found(int exit_code, std::string_view last_words) {
  return {Fault::step,
          fmt::format("exit code {}, but no finding in the report{}{}", exit_code,
                      last_words.empty() ? "" : ": ", last_words),
          "it may have looked at nothing: see its log, its arguments and its configuration"};
}

/// The command did its work, or failed at it.
bool may_be_judged(const Outcome& outcome) {
  return is_success(outcome.status) || outcome.status == Status::failed;
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

StageReports::StageReports(const StageJob& job, const JobTools& tools, WorkerEmitter& emit)
    : job_(job),
      tools_(tools),
      emit_(emit),
      leniency_(leniency_of(job, tools)),
      lenient_(leniency_, job.scope->facts().started) {
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
  intervals_.clear();
  verdicts_.clear();
  waived_.clear();
  collector_.reset();
  spool_ = std::make_unique<KeptReports>(
      TRY(store::ReportWriter::create(store::reports_dir(tools_.run_dir, job_.node->name))));
  collector_.emplace([this](std::string_view text) { return tools_.redactor.redact(text); },
                     spool_.get());
  lenient_.begin(*collector_);
  read_.reset();
  return own_ == Measures::Own::metrics ? &*collector_ : nullptr;
}

/// As the stage's file says, or as its tool knows.
Outcome StageReports::run_again(const std::vector<std::string>& tests,
                                StageContext& context) const {
  if (!leniency_.flaky.rerun.empty()) return rerun_tests(leniency_.flaky, tests, context);
  auto outcome = job_.runner->rerun(tests, context);
  return outcome ? *std::move(outcome) : outcome_of(outcome.error());
}

void StageReports::rerun_failed_tests(Outcome& outcome, StageContext& context) {
  const FlakyPolicy& policy = leniency_.flaky;
  if (!collector_ || policy.reruns == 0 || !may_be_judged(outcome)) return;
  read_ = read_all(context.directory);
  if (!*read_) return;
  for (unsigned number = 1; number <= policy.reruns; ++number) {
    const auto failed = lenient_.failed_tests();
    if (failed.empty()) return;
    emit_.note(fmt::format("{} test{} failed; rerun {} of {}", failed.size(),
                           failed.size() == 1 ? "" : "s", number, policy.reruns));
    const Outcome again = run_again(failed, context);
    if (!may_be_judged(again)) {
      outcome = again;
      return;
    }
    if (again.status == Status::failed && !again.exit_code)
      return emit_.note("rerun: " + again.reason);
    if (const auto read = read_rerun(context.directory); !read)
      return emit_.note("rerun: " + read.error().message);
  }
}

/// What its tests failed for does not count any more, so neither does the command's exit code. A
/// signal has another cause.
void StageReports::excuse(Outcome& outcome) {
  constexpr int first_signal = 128;
  const int code = outcome.exit_code.value_or(0);
  if (outcome.status != Status::failed || code == 0 || code >= first_signal) return;
  if (!*read_ || !lenient_.excuses_failure()) return;
  emit_.note(fmt::format("exit code {} is put down to tests that are flaky or quarantined", code));
  Outcome good;
  good.summary = std::move(outcome.summary);
  good.exit_code = outcome.exit_code;
  outcome = std::move(good);
}

/// What is let pass stands where all see it.
void StageReports::tell_waived(Outcome& outcome) const {
  for (const auto& gate : waived_) outcome.summary += (outcome.summary.empty() ? "" : " · ") + gate;
}

void StageReports::judge(Outcome& outcome, const fs::path& directory) {
  if (!collector_ || !may_be_judged(outcome)) return;
  if (!read_) read_ = read_all(directory);
  const bool claims = is_success(outcome.status) && outcome.exit_code.value_or(0) != 0;
  const std::string last_words = claims ? std::exchange(outcome.reason, {}) : std::string();
  excuse(outcome);
  lenient_.release();
  const bool good = is_success(outcome.status);
  Result<void> read = *read_;
  if (read && collector_->failure()) read = tl::unexpected(*collector_->failure());
  metrics_ = collector_->metrics();
  if (read)
    for (auto& note : lenient_.notes()) emit_.note(std::move(note));
  add_summary(outcome, metrics_);
  if (!good) {
    if (!read) emit_.note(read.error().message);
    if (read) static_cast<void>(decide(directory));
    tell_waived(outcome);
    static_cast<void>(spool_->finish(metrics_, verdicts_));
    return;
  }
  if (read) read = decide(directory);
  tell_waived(outcome);
  if (const auto kept = spool_->finish(metrics_, verdicts_); read && !kept) read = kept;
  if (!read) return fail_with(outcome, read.error());
  if (const auto failing = complaint(verdicts_); !failing.empty())
    return fail_with(outcome, {Fault::step, failing, {}});
  if (claims && !holds_findings(metrics_))
    fail_with(outcome, nothing_found(*outcome.exit_code, last_words));
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
