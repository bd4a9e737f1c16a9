#include "cli/planning/stage_graph.hpp"

#include <algorithm>
#include <map>

#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using Needs = std::vector<std::vector<std::size_t>>;

Needs direct_needs(const Pipeline& pipeline) {
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) index[pipeline.stages[i].name] = i;
  Needs needs(pipeline.stages.size());
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    for (const auto& need : pipeline.stages[i].needs) {
      if (const auto* group = pipeline.group(need.name)) {
        for (const auto& member : group->members) needs[i].push_back(index.at(member));
      } else {
        needs[i].push_back(index.at(need.name));
      }
    }
    std::sort(needs[i].begin(), needs[i].end());
    needs[i].erase(std::unique(needs[i].begin(), needs[i].end()), needs[i].end());
  }
  return needs;
}

// Needs first. The graph has no cycle.
std::vector<std::size_t> in_order(const Needs& needs) {
  std::vector<std::size_t> missing(needs.size());
  Needs after(needs.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    missing[i] = needs[i].size();
    if (needs[i].empty()) order.push_back(i);
    for (const auto need : needs[i]) after[need].push_back(i);
  }
  for (std::size_t i = 0; i < order.size(); ++i)
    for (const auto next : after[order[i]])
      if (--missing[next] == 0) order.push_back(next);
  return order;
}

// A need is dropped when another need of the same stage already reaches it.
Needs reduced(const Needs& needs) {
  std::vector<std::vector<bool>> reached(needs.size(), std::vector<bool>(needs.size()));
  Needs kept(needs.size());
  for (const auto stage : in_order(needs)) {
    auto& all = reached[stage];
    for (const auto need : needs[stage])
      for (std::size_t i = 0; i < all.size(); ++i)
        if (reached[need][i]) all[i] = true;
    for (const auto need : needs[stage])
      if (!all[need]) kept[stage].push_back(need);
    for (const auto need : needs[stage]) all[need] = true;
  }
  return kept;
}

}  // namespace

StageGraph stage_graph(const Pipeline& pipeline) {
  // The square of more than this many stages is not worth a prettier picture.
  constexpr std::size_t most = 4000;
  auto needs = direct_needs(pipeline);
  return {needs.size() > most ? std::move(needs) : reduced(needs)};
}

std::string stage_label(const StageSpec& stage) {
  if (!stage.matrix || stage.matrix->axes.empty()) return stage.name;
  std::vector<std::string> axes;
  for (const auto& axis : stage.matrix->axes)
    axes.push_back(axis.name + ": " + join(axis.values, ", "));
  return stage.name + " (" + join(axes, "; ") + ")";
}

}  // namespace pipectl::cli
