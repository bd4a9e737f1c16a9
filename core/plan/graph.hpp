#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace pipectl::plan {

/// `edges[n]` lists what n needs.
using Edges = std::vector<std::vector<std::uint32_t>>;

/// One cycle as a path whose first node is repeated at its end, or nothing. Linear time, no
/// recursion.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> find_cycle(const Edges& edges);

/// Everything reachable from `roots` along the edges, the roots included, as flags by node.
[[nodiscard]] std::vector<bool> reachable(const Edges& edges,
                                          const std::vector<std::uint32_t>& roots);
[[nodiscard]] Edges reversed(const Edges& edges);

}  // namespace pipectl::plan
