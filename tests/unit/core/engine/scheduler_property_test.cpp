// Large random plans: whatever happens, nothing gets stuck, no limit is passed, every node ends
// once.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

#include "core/engine/scheduler.hpp"
#include "tests/unit/core/engine/graph_builder.hpp"

using namespace pipectl;

namespace {

using Random = std::mt19937;

struct World {
  GraphBuilder builder;
  plan::Plan plan;
  std::vector<std::string> concurrency;
  unsigned jobs;
};

void add_stage(World& world, Random& random, unsigned index) {
  StageSpec& stage = world.builder.stage(fmt::format("s{}", index));
  for (auto needs = random() % 4; needs > 0 && index > 0; --needs)
    stage.needs.push_back({fmt::format("s{}", random() % index), {}});
  stage.weight = random() % 8 == 0 ? static_cast<unsigned>(random() % 12) : 1;
  stage.always = random() % 6 == 0;
  stage.after_all_above = random() % 3 == 0;
  if (random() % 5 == 0) {
    MatrixAxis axis{"v", {}};
    for (unsigned i = 0; i < 1 + random() % 5; ++i) axis.values.push_back(fmt::format("{}", i));
    stage.matrix.emplace().axes = {axis};
    if (random() % 2 == 0) stage.matrix->max_parallel = 1 + static_cast<unsigned>(random() % 3);
  }
  if (random() % 10 == 0) world.builder.deselect(stage.name);
}

World make_world(Random& random) {
  World world;
  const auto stages = static_cast<unsigned>(5 + random() % 60);
  for (unsigned i = 0; i < stages; ++i) add_stage(world, random, i);
  world.plan = world.builder.plan();
  for (std::size_t i = 0; i < world.plan.nodes.size(); ++i)
    world.concurrency.push_back(random() % 4 == 0 ? fmt::format("g{}", random() % 3) : "");
  world.jobs = static_cast<unsigned>(1 + random() % 6);
  return world;
}

/// Watches the limits while it plays.
class Game {
 public:
  Game(const World& world, Random& random, OnFailure mode)
      : world_(world),
        random_(random),
        scheduler_(world.plan, {world.jobs, mode}, groups_of(world.concurrency), {}),
        ended_(world.plan.nodes.size(), 0) {}

  void play() {
    while (!scheduler_.done()) {
      start_all();
      if (scheduler_.done()) break;
      REQUIRE_FALSE(running_.empty());  // else it is stuck
      end_one();
      if (random_() % 400 == 0) scheduler_.stop(StopMode::in_order);
      if (random_() % 2'000 == 0) scheduler_.stop(StopMode::at_once);
    }
    for (const auto& node : world_.plan.nodes)
      REQUIRE(ended_[node.id] == (node.skip == SkipCause::none ? 1 : 0));
    REQUIRE(running_.empty());
  }

 private:
  const StageSpec& stage(plan::NodeId node) const { return *world_.plan.nodes[node].stage; }

  void start_all() {
    while (const auto node = scheduler_.next()) {
      for (const auto need : world_.plan.nodes[*node].needs)
        REQUIRE(scheduler_.outcome(need).has_value());
      const auto verdict = scheduler_.verdict(*node);
      const bool condition_false = random_() % 20 == 0;
      if (verdict.skip != SkipCause::none || condition_false) {
        const auto cause = verdict.skip != SkipCause::none ? verdict.skip : SkipCause::condition;
        end(*node, ended_as(Status::skipped, cause));
        continue;
      }
      scheduler_.started(*node);
      running_.push_back(*node);
      check_limits();
    }
  }

  void check_limits() const {
    unsigned weight = 0;
    std::map<std::string, int> groups;
    std::map<const StageSpec*, unsigned> matrices;
    for (const auto node : running_) {
      weight += std::clamp(stage(node).weight, 1U, world_.jobs);
      const auto& group = world_.concurrency[node];
      if (!group.empty()) REQUIRE(++groups[group] == 1);
      const auto& matrix = stage(node).matrix;
      if (matrix && matrix->max_parallel)
        REQUIRE(++matrices[&stage(node)] <= *matrix->max_parallel);
    }
    REQUIRE(weight <= world_.jobs);
  }

  void end_one() {
    const std::size_t chosen = random_() % running_.size();
    const auto node = running_[chosen];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(chosen));
    constexpr std::array statuses{Status::failed, Status::infra, Status::waiting, Status::warned};
    end(node,
        ended_as(random_() % 15 == 0 ? statuses[random_() % statuses.size()] : Status::succeeded));
  }

  void end(plan::NodeId node, const Outcome& outcome) {
    ++ended_[node];
    scheduler_.ended(node, outcome);
  }

  const World& world_;
  Random& random_;
  Scheduler scheduler_;
  std::vector<int> ended_;
  std::vector<plan::NodeId> running_;
};

}  // namespace

TEST_CASE("random plans come to their end within their limits", "[scheduler][property]") {
  for (unsigned seed = 1; seed <= 1'500; ++seed) {
    INFO("seed " << seed);
    Random random(seed);  // NOLINT: the same plans every time
    const World world = make_world(random);
    Game(world, random, seed % 2 == 0 ? OnFailure::stop : OnFailure::keep_going).play();
  }
}

TEST_CASE("ten thousand stages in one concurrency group take turns", "[scheduler][property]") {
  GraphBuilder builder;
  for (unsigned i = 0; i < 10'000; ++i) builder.stage(fmt::format("s{}", i));
  const plan::Plan plan = builder.plan();
  Scheduler scheduler(plan, {64, OnFailure::stop}, [](plan::NodeId) { return "g"; }, {});
  for (plan::NodeId expected = 0; expected < 10'000; ++expected) {
    REQUIRE(scheduler.next() == expected);
    scheduler.started(expected);
    REQUIRE_FALSE(scheduler.next().has_value());
    scheduler.ended(expected, ended_as(Status::succeeded));
  }
  CHECK(scheduler.done());
}
