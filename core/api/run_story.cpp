#include "core/api/run_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pipectl {
namespace {

constexpr std::size_t most_steps = 20;
constexpr std::size_t most_warnings = 20;
constexpr std::size_t most_annotations = 1'000;
constexpr int waiting_for_approval = 4;

constexpr std::array<std::string_view, 6> words{"start",    "failure",  "success",
                                                "recovery", "approval", "alert"};

void add_part(std::string& text, std::size_t count, std::string_view what) {
  if (count == 0) return;
  text += fmt::format("{}{} {}", text.empty() ? "" : " · ", count, what);
}

/// The names of those that failed, as many as a line has room for.
std::string names_of(const std::vector<const StageStory*>& stages) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, stages.size()); ++i)
    text += (i == 0 ? "" : ", ") + stages[i]->name;
  if (stages.size() > shown) text += fmt::format(" and {} more", stages.size() - shown);
  return text;
}

Annotation::Level level_of(report::Severity severity) {
  switch (severity) {
    case report::Severity::critical:
    case report::Severity::high:
    case report::Severity::error:
      return Annotation::Level::failure;
    case report::Severity::low:
    case report::Severity::info:
      return Annotation::Level::notice;
    default:
      break;
  }
  return Annotation::Level::warning;
}

bool calls_for_a_look(const Outcome& outcome) {
  return outcome.status == Status::rolled_back || outcome.undo_failed;
}

}  // namespace

StageStory* RunStory::find(std::string_view name) noexcept {
  const auto found = positions_.find(std::string(name));
  return found == positions_.end() ? nullptr : &stages_[found->second];
}

const StageStory* RunStory::stage(std::string_view name) const noexcept {
  const auto found = positions_.find(std::string(name));
  return found == positions_.end() ? nullptr : &stages_[found->second];
}

void RunStory::apply(const RunEvent& event) {
  std::visit([&](const auto& what) { this->take(what, event.at); }, event.what);
}

/// Told again by a run that is resumed: what was known of its stages stays.
void RunStory::take(const event::RunStarted& begun, WallTime at) {
  resumed_ = begun.resumed;
  started_ = at;
  end_.reset();
  if (origin_.git.branch.empty()) origin_.git.branch = begun.branch;
  if (origin_.git.sha.empty()) origin_.git.sha = begun.sha;
  for (const PlannedStage& planned : begun.stages) {
    if (!positions_.emplace(planned.name, stages_.size()).second) continue;
    StageStory& added = stages_.emplace_back();
    added.name = planned.name;
    added.kind = planned.kind;
    if (origin_.environment_of)
      std::tie(added.environment, added.environment_url) = origin_.environment_of(planned.name);
  }
}

void RunStory::take(const event::StageStarted& begun, WallTime at) {
  StageStory* const stage = find(begun.stage);
  if (stage == nullptr) return;
  stage->attempt = begun.attempt;
  if (!begun.url.empty()) stage->environment_url = begun.url;
  stage->started = at;
}

void RunStory::take(const event::DeployStep& step, WallTime /*at*/) {
  StageStory* const stage = find(step.stage);
  if (stage == nullptr) return;
  if (stage->steps.size() == most_steps) stage->steps.erase(stage->steps.begin());
  stage->steps.push_back(step);
}

void RunStory::take(const event::StageFinished& done, WallTime at) {
  StageStory* const stage = find(done.stage);
  if (stage == nullptr) return;
  stage->ended = at;
  stage->outcome = done.outcome;
}

void RunStory::take(const event::Warning& warning, WallTime /*at*/) {
  if (warnings_.size() < most_warnings) warnings_.push_back(warning.text);
}

void RunStory::take(const event::RunFinished& over, WallTime /*at*/) {
  end_ = End{over.exit_code, over.duration, over.resume_hint};
}

void RunStory::take(const event::StageFinding& found, WallTime /*at*/) {
  const report::Finding& finding = found.finding;
  add({finding.path, finding.line, level_of(finding.severity), found.stage + ": " + finding.rule,
       finding.message});
}

void RunStory::take(const event::StageTest& test, WallTime /*at*/) {
  const report::TestCase& one = test.test;
  const bool failed =
      one.outcome == report::TestOutcome::failed || one.outcome == report::TestOutcome::error;
  if (failed)
    add({one.file, 0, Annotation::Level::failure, test.stage + ": " + one.name, one.message});
}

/// Paths as they are in the tree; what lies outside of it is nobody's to see.
void RunStory::add(Annotation annotation) {
  std::string& path = annotation.path;
  if (!origin_.root.empty() && path.starts_with(origin_.root + "/"))
    path.erase(0, origin_.root.size() + 1);
  if (path.starts_with("./")) path.erase(0, 2);
  const bool inside = !path.empty() && path.front() != '/' && !path.starts_with("../");
  if (inside && annotations_.size() < most_annotations)
    annotations_.push_back(std::move(annotation));
}

RunStory::Counts RunStory::counts() const noexcept {
  Counts counts;
  for (const StageStory& stage : stages_) {
    if (!stage.outcome)
      ++counts.open;
    else if (stage.outcome->status == Status::warned)
      ++counts.warned;
    else if (is_success(stage.outcome->status))
      ++counts.passed;
    else if (stage.outcome->status == Status::skipped)
      ++counts.skipped;
    else if (stage.outcome->status == Status::waiting)
      ++counts.waiting;
    else
      ++counts.failed;
  }
  return counts;
}

std::vector<const StageStory*> RunStory::failures() const {
  std::vector<const StageStory*> failed;
  for (const StageStory& stage : stages_)
    if (stage.outcome && is_failure(stage.outcome->status)) failed.push_back(&stage);
  return failed;
}

std::string RunStory::ref() const {
  return origin_.git.tag.empty() || !origin_.git.branch.empty() ? origin_.git.branch
                                                                : origin_.git.tag;
}

std::string RunStory::summary() const {
  const Counts counts = this->counts();
  std::string text;
  add_part(text, counts.passed, "passed");
  add_part(text, counts.warned, "warned");
  add_part(text, counts.skipped, "skipped");
  add_part(text, counts.waiting, "waiting for an approval");
  if (!end_) add_part(text, counts.open, "to go");
  add_part(text, counts.failed, "failed");
  if (counts.failed > 0) text += ": " + names_of(failures());
  if (text.empty()) return warnings_.empty() ? "no stage ran" : warnings_.back();
  return text;
}

std::string_view to_string(Occasion occasion) noexcept {
  return words.at(static_cast<std::size_t>(occasion));
}

std::optional<Occasion> parse_occasion(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Occasion>(found - words.begin());
}

std::vector<Occasion> occasions(const RunEvent& event, const RunStory& story) {
  using enum Occasion;
  if (std::holds_alternative<event::RunStarted>(event.what)) return {start};
  if (std::holds_alternative<event::Warning>(event.what)) return {alert};
  if (const auto* done = std::get_if<event::StageFinished>(&event.what)) {
    if (done->outcome.status == Status::waiting) return {approval};
    return calls_for_a_look(done->outcome) ? std::vector{alert} : std::vector<Occasion>{};
  }
  const auto* over = std::get_if<event::RunFinished>(&event.what);
  if (over == nullptr || over->exit_code == waiting_for_approval) return {};
  if (over->exit_code != 0) return {failure};
  if (story.origin().before == RunOrigin::Before::failed) return {recovery, success};
  return {success};
}

}  // namespace pipectl
