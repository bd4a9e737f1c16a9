// A lock that runs out is held through whatever asks nothing of the target; who lost it stops.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>

#include "core/api/lock_holder.hpp"
#include "core/base/text.hpp"
#include "stages/checks/await.hpp"
#include "stages/deploy/deploy_memory.hpp"
#include "stages/deploy/deploy_stage.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using namespace pipectl::stages;
using Catch::Matchers::ContainsSubstring;
using pipectl::test::StageBench;
using Strings = std::vector<std::string>;

namespace {

using Deed = DeployStep::Deed;

/// What is done to a target, in order, and when another takes its lock.
struct Story {
  Strings told;
  std::string taken_after;  ///< what is told last before another takes it
  bool taken{false};
  std::function<void()> on_hold;

  void tell(const std::string& what) {
    told.push_back(what);
    taken = taken || what == taken_after;
  }
};

class LockedTarget final : public DeployTarget, public LockHolder {
 public:
  explicit LockedTarget(Story& story) : story_(story) {}
  [[nodiscard]] std::string before() const override { return "app:1"; }
  Result<std::string> apply(const DeployStep&, const DeployWork&) override { return act("apply"); }
  Result<std::string> settle(const DeployStep&, const DeployWork&) override {
    return act("settle");
  }
  Result<std::string> shift(const DeployStep&, const DeployWork&) override { return act("shift"); }
  Result<std::string> record(const DeployStep&, const DeployWork&) override {
    return act("record");
  }
  Result<std::string> retire(const DeployStep&, const DeployWork&) override {
    return act("retire");
  }
  Result<std::string> restore(const DeployWork&) override { return act("restore"); }
  Result<std::string> remove(DeployPlace, const DeployWork&) override { return act("remove"); }
  Result<std::string> go_back(const std::string&, const DeployWork&) override {
    return act("go back");
  }
  Result<void> hold(const DeployWork& work) override {
    story_.tell("hold " + human_duration(work.limit->limit));
    if (story_.on_hold) story_.on_hold();
    return look();
  }
  [[nodiscard]] bool has_lost() const noexcept override { return lost_; }

 private:
  Result<void> look() {
    lost_ = story_.taken;
    if (lost_) return fail(Fault::infrastructure, "the lock was lost");
    return {};
  }
  Result<std::string> act(const std::string& what) {
    TRY(look());
    story_.tell(what);
    return what;
  }

  Story& story_;
  bool lost_{false};
};

class LockedSpec final : public DeployTargetSpec {
 public:
  explicit LockedSpec(Story& story) : story_(story) {}
  [[nodiscard]] DeployAbilities abilities() const noexcept override { return {.records = true}; }
  [[nodiscard]] Strings preview(const expr::Scope&) const override { return {}; }
  Result<std::unique_ptr<DeployTarget>> open(StageContext&, DeployPurpose) const override {
    return std::make_unique<LockedTarget>(story_);
  }

 private:
  Story& story_;
};

class TheseSteps final : public DeployStrategy {
 public:
  TheseSteps(Story& story, std::vector<DeployStep> steps)
      : story_(story), steps_(std::move(steps)) {}
  [[nodiscard]] std::vector<DeployStep> steps(const DeployAbilities&) const override {
    return steps_;
  }
  Result<std::string> analyse(StageContext&) const override {
    story_.tell("analyse");
    return std::string{"fine"};
  }

 private:
  Story& story_;
  std::vector<DeployStep> steps_;
};

class Look final : public HealthCheck {
 public:
  Look(Story& story, Health health) : story_(story), health_(health) {}
  [[nodiscard]] std::string describe(const expr::Scope&) const override { return "look"; }
  Result<std::string> probe(StageContext&, SteadyTime, const CancelToken&) const override {
    story_.tell("look");
    if (health_ == Health::healthy) return std::string{"fine"};
    return fail(Fault::step, "too cold");
  }

 private:
  Story& story_;
  Health health_;
};

DeployStep step(Deed deed, Milliseconds time = Milliseconds{0}) {
  DeployStep made;
  made.deed = deed;
  made.time = time;
  if (deed == Deed::apply) made.undo = DeployStep::Undo::restore;
  return made;
}

struct Bench : StageBench {
  Story story;

  /// One check, which may take three minutes.
  Outcome deploy(std::vector<DeployStep> steps, Health health = Health::healthy) {
    DeploySettings settings;
    settings.target = std::make_unique<LockedSpec>(story);
    settings.strategy = StrategyChoice{std::make_unique<TheseSteps>(story, std::move(steps))};
    settings.health.push_back({std::make_unique<Look>(story, health), Milliseconds{0},
                               Milliseconds{1}, Milliseconds{180'000}});
    return run(DeployStage{std::move(settings)});
  }
};

}  // namespace

TEST_CASE("a lock is held before each pause, analysis and check") {
  Bench bench;
  const auto outcome =
      bench.deploy({step(Deed::apply), step(Deed::pause, Milliseconds{1}), step(Deed::analyse),
                    step(Deed::check), step(Deed::record), step(Deed::retire)});
  CHECK(outcome.status == Status::succeeded);
  CHECK(bench.story.told == Strings{"apply", "hold 1m00s", "hold 15m00s", "analyse", "hold 3m00s",
                                    "look", "record", "retire"});
}

TEST_CASE("a long pause holds the lock part by part, and no longer after a crash") {
  Bench bench;
  bench.story.on_hold = [&] { bench.cancel.cancel(CancelReason::user); };
  const auto outcome =
      bench.deploy({step(Deed::apply), step(Deed::pause, Milliseconds{1'200'000})});
  CHECK(outcome.status == Status::rolled_back);
  CHECK(bench.story.told == Strings{"apply", "hold 5m00s", "hold 2m00s", "restore"});
}

TEST_CASE("who lost the lock stops, and touches nothing any more") {
  struct Case {
    Deed deed;
    Health health;
    std::string taken_after;
    Strings told;
    Status status;
  };
  const Strings looked{"apply", "hold 3m00s", "look"};
  const Strings looked_again{"apply", "hold 3m00s", "look", "hold 2m00s"};
  for (const auto& [deed, health, taken_after, told, status] :
       {Case{Deed::pause, Health::healthy, "apply", {"apply", "hold 1m00s"}, Status::infra},
        Case{Deed::analyse, Health::healthy, "apply", {"apply", "hold 15m00s"}, Status::infra},
        Case{Deed::check, Health::healthy, "apply", {"apply", "hold 3m00s"}, Status::infra},
        Case{Deed::check, Health::healthy, "look", looked, Status::infra},
        Case{Deed::check, Health::unhealthy, "look", looked_again, Status::failed}}) {
    CAPTURE(describe(step(deed)), taken_after);
    Bench bench;
    bench.story.taken_after = taken_after;
    const auto outcome =
        bench.deploy({step(Deed::apply), step(deed, Milliseconds{1}), step(Deed::record)}, health);
    CHECK(bench.story.told == told);
    CHECK(outcome.status == status);
    CHECK_FALSE(outcome.undo_failed);
    CHECK_THAT(outcome.reason, ContainsSubstring("nothing was undone (what runs is another's)"));
  }
}

TEST_CASE("a way back by hand holds the lock until its health was looked at") {
  Bench bench;
  bench.remembered = to_notes(GoBack{});
  CHECK(bench.deploy({}).status == Status::succeeded);
  CHECK(bench.story.told == Strings{"hold 5m00s", "go back", "look"});
}
