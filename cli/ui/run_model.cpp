#include "cli/ui/run_model.hpp"

#include <algorithm>

namespace pipectl::ui {
namespace {

constexpr std::size_t tail_lines = 20;
constexpr std::size_t line_bytes = 2048;
// With 10,000 failures nobody reads the tail of each; the logs have them.
constexpr std::size_t tails_kept = 50;
constexpr std::size_t warnings_kept = 1000;

// Where the last `lines` lines of a text begin.
std::size_t start_of_last(std::string_view text, std::size_t lines) {
  std::size_t at = text.ends_with('\n') ? text.size() - 1 : text.size();
  for (; lines > 0 && at > 0; --lines) {
    const auto found = text.rfind('\n', at - 1);
    if (found == text.npos) return 0;
    at = found;
  }
  return at == 0 ? 0 : at + 1;
}

// The last line that is not blank, its end cut off when it is very long.
std::string_view last_words(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == text.npos) return {};
  text = text.substr(0, end + 1);
  const auto line_break = text.rfind('\n');
  if (line_break != text.npos) text.remove_prefix(line_break + 1);
  return text.substr(0, line_bytes);
}

}  // namespace

void Tail::add_line(std::string_view line) {
  if (open_ && !lines_.empty()) {
    auto& last = lines_.back();
    last += line.substr(0, line_bytes - std::min(line_bytes, last.size()));
    return;
  }
  lines_.emplace_back(line.substr(0, line_bytes));
  if (lines_.size() > tail_lines) lines_.pop_front();
}

void Tail::add(std::string_view text) {
  if (text.empty()) return;
  const auto breaks = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const bool ends_open = !text.ends_with('\n');
  total_ += breaks + (ends_open ? 1 : 0) - (open_ ? 1 : 0);
  // Of a flood only the end matters: the rest is not even looked at.
  if (breaks > tail_lines) {
    text.remove_prefix(start_of_last(text, tail_lines));
    open_ = false;
  }
  while (!text.empty()) {
    const auto end = text.find('\n');
    add_line(text.substr(0, end));
    open_ = end == text.npos;
    text.remove_prefix(open_ ? text.size() : end + 1);
  }
}

void Tail::begin_attempt() {
  lines_.clear();
  before_ = total_;
  open_ = false;
}

void Tail::clear() {
  lines_.clear();
  lines_.shrink_to_fit();
}

bool is_root_failure(const Outcome& outcome) noexcept {
  return is_failure(outcome.status) && outcome.status != Status::cancelled;
}

void RunModel::apply(const RunEvent& event) {
  run_ = event.run;
  now_ = event.at;
  std::visit([this](const auto& what) { on(what); }, event.what);
}

StageView& RunModel::find(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return *found->second;
  auto& stage = stages_.emplace_back();
  stage.name = name;
  by_name_.emplace(name, &stage);
  ++counts_.total;
  return stage;
}

void RunModel::on(const event::RunStarted& e) {
  header_ = e;
  header_.stages.clear();  // kept as StageViews
  started_ = now_;
  for (const auto& planned : e.stages) find(planned.name).group = planned.group;
}

void RunModel::on(const event::StageQueued& e) { find(e.stage).phase = Phase::queued; }

void RunModel::on(const event::StageStarted& e) {
  auto& stage = find(e.stage);
  if (stage.phase != Phase::running) {
    ++counts_.running;
    stage.started = now_;
  }
  if (e.attempt != stage.attempt) {
    stage.tail.begin_attempt();
    stage.latest.clear();
  }
  stage.phase = Phase::running;
  stage.attempt = e.attempt;
}

void RunModel::on(const event::StageOutput& e) {
  auto& stage = find(e.stage);
  stage.tail.add(e.text);
  const auto line = last_words(e.text);
  if (!line.empty()) stage.latest = line;
}

void RunModel::on(const event::StageNote& e) { find(e.stage).latest = last_words(e.text); }

void RunModel::on(const event::DeployStep& e) {
  find(e.stage).latest = e.detail.empty() ? e.step : e.step + ": " + e.detail;
}

void RunModel::on(const event::StageFinished& e) {
  auto& stage = find(e.stage);
  if (stage.phase == Phase::running) --counts_.running;
  if (stage.phase != Phase::ended) stage.ended_as = ++counts_.ended;
  stage.phase = Phase::ended;
  stage.outcome = e.outcome;
  stage.outcome->outputs.clear();
  const bool failed = is_root_failure(e.outcome);
  if (failed) ++counts_.failed;
  if (!failed || counts_.failed > tails_kept) stage.tail.clear();
}

void RunModel::on(const event::Warning& e) {
  if (warnings_.size() < warnings_kept) warnings_.push_back(e.text);
}

void RunModel::on(const event::RunFinished& e) { result_ = e; }

const StageView* RunModel::stage(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<const StageView*> RunModel::failures() const {
  std::vector<const StageView*> failed;
  for (const auto& stage : stages_)
    if (stage.outcome && is_root_failure(*stage.outcome)) failed.push_back(&stage);
  std::sort(failed.begin(), failed.end(),
            [](const auto* a, const auto* b) { return a->ended_as > b->ended_as; });
  return failed;
}

std::vector<const StageView*> RunModel::victims() const {
  std::vector<const StageView*> found;
  for (const auto& stage : stages_) {
    if (!stage.outcome) continue;
    const auto& outcome = *stage.outcome;
    const bool stopped = outcome.skip == SkipCause::upstream || outcome.skip == SkipCause::stopped;
    if (stopped || outcome.status == Status::cancelled) found.push_back(&stage);
  }
  return found;
}

}  // namespace pipectl::ui
