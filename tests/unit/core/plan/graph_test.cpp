#include "core/plan/graph.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace pipectl::plan;
using Path = std::vector<std::uint32_t>;

namespace {

bool is_cycle(const Edges& edges, const Path& path) {
  if (path.size() < 2 || path.front() != path.back()) return false;
  for (std::size_t i = 0; i + 1 < path.size(); ++i)
    if (std::ranges::count(edges[path[i]], path[i + 1]) == 0) return false;
  return true;
}

/// By definition: some node reaches itself.
bool has_cycle(const Edges& edges) {
  for (std::uint32_t node = 0; node < edges.size(); ++node)
    for (const auto next : edges[node])
      if (reachable(edges, {next})[node]) return true;
  return false;
}

}  // namespace

TEST_CASE("a graph without a cycle has none", "[graph]") {
  CHECK(find_cycle({}) == std::nullopt);
  CHECK(find_cycle({{}, {0}, {0, 1}, {1, 2, 0}}) == std::nullopt);
}

TEST_CASE("a cycle is told as a path back to its first node", "[graph]") {
  CHECK(find_cycle({{0}}) == Path{0, 0});
  CHECK(find_cycle({{1}, {0}}) == Path{0, 1, 0});
  CHECK(find_cycle({{1}, {2}, {3}, {1}}) == Path{1, 2, 3, 1});
}

TEST_CASE("long chains need no stack", "[graph]") {
  Edges chain(300'000);
  for (std::uint32_t i = 1; i < chain.size(); ++i) chain[i].push_back(i - 1);
  CHECK(find_cycle(chain) == std::nullopt);
  const auto all = reachable(chain, {299'999});
  CHECK(std::ranges::count(all, true) == 300'000);
  chain[0].push_back(299'999);
  CHECK(find_cycle(chain)->size() == 300'001);
}

TEST_CASE("many ways through a graph are no trouble", "[graph]") {
  Edges ladder(2'000);  // 2^1000 paths
  for (std::uint32_t i = 2; i < ladder.size(); ++i) ladder[i] = {i / 2 * 2 - 1, i / 2 * 2 - 2};
  CHECK(find_cycle(ladder) == std::nullopt);
}

TEST_CASE("reachable and reversed", "[graph]") {
  const Edges edges{{}, {0}, {1}, {}, {3}};
  CHECK(reachable(edges, {2}) == std::vector<bool>{true, true, true, false, false});
  CHECK(reachable(edges, {}) == std::vector<bool>(5, false));
  CHECK(reversed(edges) == Edges{{1}, {2}, {}, {4}, {}});
}

TEST_CASE("cycles are found exactly where there are some", "[graph]") {
  std::mt19937 random(3);  // NOLINT: the same graphs every time
  int cyclic = 0;
  for (int round = 0; round < 3'000; ++round) {
    Edges edges(1 + random() % 7);
    for (auto count = random() % (edges.size() + 2); count > 0; --count)
      edges[random() % edges.size()].push_back(static_cast<std::uint32_t>(random() % edges.size()));
    const auto cycle = find_cycle(edges);
    REQUIRE(cycle.has_value() == has_cycle(edges));
    if (cycle) {
      REQUIRE(is_cycle(edges, *cycle));
      ++cyclic;
    }
  }
  CHECK(cyclic > 500);
  CHECK(cyclic < 2'500);
}
