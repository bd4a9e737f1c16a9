#include "core/plan/graph.hpp"

#include <algorithm>

namespace pipectl::plan {
namespace {

enum class Colour : std::uint8_t { white, grey, black };  ///< untouched, on the path, done

/// A node on the path and how many of its edges were taken.
struct Frame {
  std::uint32_t node;
  std::size_t taken;
};

class CycleSearch {
 public:
  explicit CycleSearch(const Edges& edges) : edges_(edges), colours_(edges.size(), Colour::white) {}

  std::optional<std::vector<std::uint32_t>> from(std::uint32_t root) {
    if (colours_[root] != Colour::white) return std::nullopt;
    enter(root);
    while (!path_.empty()) {
      Frame& top = path_.back();
      if (top.taken == edges_[top.node].size()) {
        colours_[top.node] = Colour::black;
        path_.pop_back();
        continue;
      }
      const auto next = edges_[top.node][top.taken++];
      if (colours_[next] == Colour::grey) return path_from(next);
      if (colours_[next] == Colour::white) enter(next);
    }
    return std::nullopt;
  }

 private:
  void enter(std::uint32_t node) {
    colours_[node] = Colour::grey;
    path_.push_back({node, 0});
  }

  std::vector<std::uint32_t> path_from(std::uint32_t node) const {
    std::vector<std::uint32_t> cycle;
    auto frame = std::ranges::find(path_, node, &Frame::node);
    for (; frame != path_.end(); ++frame) cycle.push_back(frame->node);
    cycle.push_back(node);
    return cycle;
  }

  const Edges& edges_;
  std::vector<Colour> colours_;
  std::vector<Frame> path_;
};

}  // namespace

std::optional<std::vector<std::uint32_t>> find_cycle(const Edges& edges) {
  CycleSearch search(edges);
  for (std::uint32_t node = 0; node < edges.size(); ++node)
    if (auto cycle = search.from(node)) return cycle;
  return std::nullopt;
}

std::vector<bool> reachable(const Edges& edges, const std::vector<std::uint32_t>& roots) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<std::uint32_t> pending = roots;
  while (!pending.empty()) {
    const auto node = pending.back();
    pending.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    for (const auto next : edges[node])
      if (!seen[next]) pending.push_back(next);
  }
  return seen;
}

Edges reversed(const Edges& edges) {
  Edges out(edges.size());
  for (std::uint32_t node = 0; node < edges.size(); ++node)
    for (const auto next : edges[node]) out[next].push_back(node);
  return out;
}

}  // namespace pipectl::plan
