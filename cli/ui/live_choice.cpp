#include "cli/ui/live_choice.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace pipectl::ui {
namespace {

using Stages = std::vector<const StageView*>;

void append(Stages& to, const Stages& from) { to.insert(to.end(), from.begin(), from.end()); }

// Those that ended last and those that come next, in turns.
Stages in_turns(const Stages& recent, const Stages& coming) {
  Stages mixed;
  for (std::size_t i = 0; i < std::max(recent.size(), coming.size()); ++i) {
    if (i < recent.size()) mixed.push_back(recent[i]);
    if (i < coming.size()) mixed.push_back(coming[i]);
  }
  return mixed;
}

Stages by_importance(const RunModel& model) {
  Stages running;
  Stages failed;
  Stages recent;
  Stages coming;
  for (const auto& stage : model.stages()) {
    if (stage.phase == Phase::running)
      running.push_back(&stage);
    else if (stage.phase != Phase::ended)
      coming.push_back(&stage);
    else
      (is_root_failure(*stage.outcome) ? failed : recent).push_back(&stage);
  }
  std::sort(recent.begin(), recent.end(),
            [](const auto* a, const auto* b) { return a->ended_as > b->ended_as; });
  append(running, failed);
  append(running, in_turns(recent, coming));
  return running;
}

// As many of the first as fit, each new group taking a line of its own.
std::set<const StageView*> fitting(const Stages& stages, std::size_t lines) {
  std::set<const StageView*> chosen;
  std::set<std::string_view> groups;
  std::size_t used = 0;
  for (const auto* stage : stages) {
    const bool new_group = !stage->group.empty() && !groups.contains(stage->group);
    const std::size_t cost = new_group ? 2 : 1;
    if (used + cost > lines) break;
    used += cost;
    chosen.insert(stage);
    groups.insert(stage->group);
  }
  return chosen;
}

}  // namespace

Choice choose_stages(const RunModel& model, std::size_t lines) {
  const auto ordered = by_importance(model);
  auto chosen = fitting(ordered, lines);
  if (chosen.size() < ordered.size() && lines > 0) chosen = fitting(ordered, lines - 1);
  Choice choice;
  for (const auto& stage : model.stages())
    if (chosen.contains(&stage)) choice.shown.push_back(&stage);
  choice.hidden = ordered.size() - choice.shown.size();
  return choice;
}

}  // namespace pipectl::ui
