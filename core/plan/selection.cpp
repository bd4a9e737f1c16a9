#include "core/plan/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::plan {
namespace {

class Narrowing {
 public:
  Narrowing(const StageMap& map, Plan& plan) : map_(map), plan_(plan) {}

  /// What changes a secret is never done by the way.
  void leave_out_rotations(const std::vector<std::string>& named) {
    for (auto& node : plan_.nodes) {
      if (node.stage->kind != "rotate" || node.skip != SkipCause::none) continue;
      if (std::ranges::find(named, node.stage->name) != named.end()) continue;
      node.skip = SkipCause::deselected;
      node.skip_reason = "rotates a secret when it is asked for by name: `pipectl secrets rotate`";
    }
  }

  Result<void> only(const std::vector<std::string>& names) {
    if (names.empty()) return {};
    keep(TRY(marked(names, "--stage")), "not chosen with --stage");
    return {};
  }

  Result<void> skip(const std::vector<std::string>& names) {
    auto chosen = TRY(marked(names, "--skip"));
    chosen.flip();
    keep(chosen, "left out with --skip");
    return {};
  }

  Result<void> from(const std::string& name) {
    if (name.empty()) return {};
    const auto roots = TRY(find(name, "--from"));
    keep(closure(roots, reversed(map_.graph())), fmt::format("does not come after {}", name));
    return {};
  }

  Result<void> until(const std::string& name) {
    if (name.empty()) return {};
    const auto roots = TRY(find(name, "--until"));
    keep(closure(roots, map_.graph()), fmt::format("is not needed by {}", name));
    return {};
  }

 private:
  Result<std::vector<NodeId>> find(const std::string& name, std::string_view option) const {
    auto nodes = map_.find(name);
    if (!nodes.empty()) return nodes;
    return fail(Fault::usage,
                fmt::format("{}: there is no stage or group '{}'", option, printable(name)),
                suggestion(name, map_.names()));
  }

  Result<std::vector<bool>> marked(const std::vector<std::string>& names,
                                   std::string_view option) const {
    std::vector<bool> chosen(plan_.nodes.size(), false);
    for (const auto& name : names)
      for (const auto node : TRY(find(name, option))) chosen[node] = true;
    return chosen;
  }

  /// The roots and all nodes of every other stage that is reached from theirs. The other instances
  /// of a root's matrix are not meant.
  std::vector<bool> closure(const std::vector<NodeId>& roots, const Edges& edges) const {
    std::vector<std::uint32_t> starts;
    std::vector<bool> is_start(edges.size(), false);
    for (const auto root : roots) {
      starts.push_back(map_.stage_of(root));
      is_start[starts.back()] = true;
    }
    const auto reached = reachable(edges, starts);
    std::vector<bool> chosen(plan_.nodes.size(), false);
    for (const auto& node : plan_.nodes) {
      const auto stage = map_.stage_of(node.id);
      chosen[node.id] = reached[stage] && !is_start[stage];
    }
    for (const auto root : roots) chosen[root] = true;
    return chosen;
  }

  void keep(const std::vector<bool>& chosen, const std::string& reason) {
    for (auto& node : plan_.nodes) {
      if (chosen[node.id] || node.skip != SkipCause::none) continue;
      node.skip = SkipCause::deselected;
      node.skip_reason = reason;
    }
  }

  const StageMap& map_;
  Plan& plan_;
};

}  // namespace

Result<void> apply(const Selection& selection, const StageMap& map, Plan& plan) {
  Narrowing narrowing(map, plan);
  TRY(narrowing.only(selection.only));
  TRY(narrowing.from(selection.from));
  TRY(narrowing.until(selection.until));
  TRY(narrowing.skip(selection.skip));
  narrowing.leave_out_rotations(selection.only);
  return {};
}

}  // namespace pipectl::plan
