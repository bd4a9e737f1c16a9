#include "cli/history/explanation.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/history/history.hpp"
#include "cli/history/table.hpp"
#include "cli/secrets/report.hpp"
#include "cli/ui/style.hpp"
#include "core/api/approval.hpp"
#include "core/api/image_note.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using store::RunRecord;
using store::StageRecord;

std::string_view verb(const Outcome& outcome) {
  if (outcome.undo_failed) return "failed and could not be undone";
  switch (outcome.status) {
    case Status::succeeded:
      return "succeeded";
    case Status::warned:
      return "failed, and was allowed to";
    case Status::failed:
      return "failed";
    case Status::timed_out:
      return "ran out of time and was killed";
    case Status::infra:
      return "ended because the infrastructure failed";
    case Status::cancelled:
      return "was cancelled";
    case Status::skipped:
      return "was skipped";
    case Status::cached:
      return "was not run: an earlier result holds";
    case Status::waiting:
      return "waits for an approval";
    case Status::rolled_back:
      return "failed and was undone";
    case Status::bug:
      return "met a defect of pipectl";
  }
  return "ended";
}

std::string_view cause_of(SkipCause cause) {
  switch (cause) {
    case SkipCause::none:
      return {};
    case SkipCause::condition:
      return "its condition does not hold";
    case SkipCause::requirement:
      return "a program that it requires is not there";
    case SkipCause::deselected:
      return "the command line left it out";
    case SkipCause::upstream:
      return "a stage that it needs did not succeed";
    case SkipCause::stopped:
      return "the run was stopped before it could start";
  }
  return {};
}

std::string headline(const RunRecord& run, const StageRecord& stage, bool running) {
  if (stage.outcome) return std::string(verb(*stage.outcome));
  if (stage.attempt > 0) return running ? "is running" : "was running when pipectl ended";
  if (running) return "has not started yet";
  return run.exit_code ? "was not started" : "was not started before pipectl ended";
}

std::string state_of(const StageRecord& stage, bool running) {
  if (stage.outcome && stage.outcome->skip == SkipCause::deselected) return "left out";
  if (stage.outcome) return std::string(to_string(stage.outcome->status));
  if (stage.attempt == 0) return "not started";
  return running ? "running" : "unfinished";
}

/// `build (succeeded), lint (warned)`
std::string needs_of(const RunRecord& run, const StageRecord& stage, bool running) {
  std::vector<std::string> parts;
  for (const std::string& name : stage.needs) {
    const StageRecord* const need = run.stage(name);
    parts.push_back(need == nullptr ? name
                                    : fmt::format("{} ({})", name, state_of(*need, running)));
  }
  return parts.empty() ? "nothing" : join(parts, ", ");
}

/// In this try of the run: an earlier one may have run a stage that is skipped now.
bool did_run(const StageRecord& stage) {
  if (stage.attempt == 0) return false;
  return !stage.outcome ||
         (stage.outcome->status != Status::skipped && stage.outcome->status != Status::cached);
}

std::string why_it_ran(const StageRecord& stage) {
  if (!did_run(stage)) return {};
  if (!stage.why.empty()) return stage.why;
  return stage.needs.empty() ? "it needs nothing" : "all that it needs had ended";
}

/// Failed needs, over any number of skipped stages in between, in plan order.
void find_roots(const RunRecord& run, const StageRecord& stage, std::set<std::string>& seen,
                std::vector<const StageRecord*>& roots) {
  for (const std::string& name : stage.needs) {
    const StageRecord* const need = run.stage(name);
    if (need == nullptr || !need->outcome || !seen.insert(name).second) continue;
    if (need->outcome->status == Status::skipped)
      find_roots(run, *need, seen, roots);
    else if (is_failure(need->outcome->status) || need->outcome->status == Status::cancelled)
      roots.push_back(need);
  }
}

std::string root_line(const StageRecord& root) {
  std::string line = fmt::format("{} {}", root.name, verb(*root.outcome));
  if (!root.outcome->reason.empty()) line += ": " + root.outcome->reason;
  return line;
}

/// Facts under each other; what is empty is left out.
class Facts {
 public:
  explicit Facts(const ui::Terminal& terminal) : table_(terminal) {}
  void add(std::string_view name, const std::string& value) {
    if (!value.empty()) table_.add({{"  " + std::string(name), ui::Paint::dim}, {value}});
  }
  [[nodiscard]] std::string text() const { return table_.text(); }

 private:
  Table table_;
};

/// Where the reason does not say it already.
std::string exit_code_of(const Outcome& outcome) {
  if (!outcome.exit_code || *outcome.exit_code == 0) return {};
  const std::string code = std::to_string(*outcome.exit_code);
  const bool said = outcome.reason.find("exit code " + code) != std::string::npos;
  const bool was_killed =
      outcome.status == Status::timed_out || outcome.status == Status::cancelled;
  return said || was_killed ? std::string{} : code;
}

void add_outcome(Facts& facts, const StageRecord& stage) {
  const Outcome& outcome = *stage.outcome;
  facts.add("because", std::string(cause_of(outcome.skip)));
  facts.add("reason", outcome.reason);
  facts.add("hint", outcome.hint);
  facts.add("result", outcome.summary);
  facts.add("exit code", exit_code_of(outcome));
  if (outcome.attempts > 1) facts.add("attempts", std::to_string(outcome.attempts));
  for (const auto& [name, value] : outcome.outputs) facts.add("output " + name, value);
}

void add_approval(Facts& facts, const StageRecord& stage) {
  const auto answer = recall_answer(stage.notes);
  if (answer)
    facts.add("approval", fmt::format("{}, {}", describe(*answer), local_time(answer->at)));
}

void add_images(Facts& facts, const StageRecord& stage) {
  for (const auto& [name, exact] : images_of(stage.notes)) facts.add("image " + name, exact);
}

void add_times(Facts& facts, const RunRecord& run, const StageRecord& stage) {
  if (!stage.started || !did_run(stage)) return;
  const auto after = std::chrono::duration_cast<Milliseconds>(*stage.started - run.started);
  facts.add("started", fmt::format("{}, {} after the run began", local_time(*stage.started),
                                   human_duration(std::max(after, Milliseconds{0}))));
  if (stage.outcome) facts.add("took", human_duration(stage.outcome->duration));
}

void add_log(Facts& facts, const RunRecord& run, const StageRecord& stage,
             const store::RunStore& history) {
  const auto log = history.log_file(run.id, stage.name);
  std::error_code error;
  if (!std::filesystem::exists(log, error)) return;
  facts.add("log", fmt::format("pipectl logs {} {}", run.id, shell_quoted(stage.name)));
}

}  // namespace

std::string explanation(const RunRecord& run, const StageRecord& stage,
                        const store::RunStore& history, const ui::Terminal& terminal,
                        const std::vector<store::SecretUse>& uses) {
  const bool running = history.is_running(run.id);
  const auto paint = stage.outcome ? ui::paint_of(stage.outcome->status) : ui::Paint::yellow;
  std::string text =
      fmt::format("{} in run {} (#{}): {}\n",
                  ui::painted(printable(stage.name), ui::Paint::bold, terminal.colour), run.id,
                  run.number, ui::painted(headline(run, stage, running), paint, terminal.colour));
  Facts facts(terminal);
  facts.add(running && !stage.outcome ? "why it runs" : "why it ran", why_it_ran(stage));
  if (stage.outcome) add_outcome(facts, stage);
  std::set<std::string> seen;
  std::vector<const StageRecord*> roots;
  if (stage.outcome && stage.outcome->skip == SkipCause::upstream)
    find_roots(run, stage, seen, roots);
  add_approval(facts, stage);
  add_images(facts, stage);
  for (const StageRecord* const root : roots) facts.add("it began with", root_line(*root));
  facts.add("needs", needs_of(run, stage, running));
  for (const auto& use : uses)
    facts.add(
        "secret " + use.secret,
        fmt::format("from {}, at {}", provenance(use.provider, use.source), local_time(use.at)));
  add_times(facts, run, stage);
  add_log(facts, run, stage, history);
  return text + facts.text();
}

}  // namespace pipectl::cli
