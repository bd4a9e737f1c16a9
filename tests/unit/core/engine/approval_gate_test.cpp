#include "core/engine/approval_gate.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/plan_builder.hpp"

using namespace pipectl;
using pipectl::test::PlanBuilder;

namespace {

class Silent : public StageRunner {
 public:
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope&) const override { return {}; }
  Outcome run(StageContext&) const override { return {}; }
};

class Asking final : public Silent, public ApprovalAsker {
 public:
  [[nodiscard]] const ApprovalRequest& approval() const noexcept override { return request; }
  ApprovalRequest request{};
};

/// One stage after the other, `production` asks.
struct Rig {
  PlanBuilder builder;
  plan::Plan plan;
  RunFacts facts;
  OutputTable outputs;
  std::vector<StageNotes> notes;
  WallTime now{std::chrono::hours{100}};

  Rig() {
    builder.pipeline().environments.push_back({"production", {}, true, {}, {}, {}, {}});
    builder.pipeline().environments.push_back({"staging", {}, false, {}, {}, {}, {}});
    facts.id = "run-1";
  }
  StageSpec& add(const std::string& name, const std::vector<std::string>& needs = {}) {
    return builder.add(name, needs);
  }
  std::optional<ApprovalGate::Stop> stops(const std::string& name, const StageRunner& runner) {
    plan = builder.plan();
    notes.resize(plan.nodes.size());
    const plan::Node& node = *plan.find(name);
    const auto scope = NodeScope::compose({facts, outputs, builder.pipeline(), node});
    REQUIRE(scope);
    return ApprovalGate{plan, notes}.stops({node, runner, *scope, now});
  }
  void answer(std::size_t node, ApprovalAnswer::Decision decision) {
    notes.resize(node + 1);
    notes[node].merge(to_notes(ApprovalAnswer{decision, "ann", now, "because"}));
  }
};

constexpr auto approved = ApprovalAnswer::Decision::approved;
constexpr auto rejected = ApprovalAnswer::Decision::rejected;

}  // namespace

TEST_CASE("a stage that asks nobody goes on") {
  Rig rig;
  rig.add("a");
  CHECK_FALSE(rig.stops("a", Silent{}));
}

TEST_CASE("a stage that asks waits, and says how it is answered") {
  Rig rig;
  rig.add("live gate");
  const auto stop = rig.stops("live gate", Asking{});
  REQUIRE(stop);
  CHECK(stop->outcome.status == Status::waiting);
  CHECK(stop->outcome.reason == "wants an approval");
  CHECK(stop->outcome.hint == "pipectl approve run-1 'live gate'");
  REQUIRE(stop->wait);
  CHECK(stop->wait->asked == rig.now);
  CHECK_FALSE(stop->wait->until);
}

TEST_CASE("an answer decides, whenever it is acted on") {
  Rig rig;
  rig.add("gate");
  rig.answer(0, approved);
  CHECK_FALSE(rig.stops("gate", Asking{}));
  rig.answer(0, approved);
  rig.notes[0].clear();
  rig.answer(0, rejected);
  const auto stop = rig.stops("gate", Asking{});
  REQUIRE(stop);
  CHECK(stop->outcome.status == Status::failed);
  CHECK(stop->outcome.reason == "rejected by ann: because");
}

TEST_CASE("what is asked once is not asked later: the limit counts from the first time") {
  Rig rig;
  rig.add("gate");
  Asking asking;
  asking.request.expires = Milliseconds{1'000};
  const auto first = rig.stops("gate", asking);
  REQUIRE(first);
  REQUIRE(first->wait);
  CHECK(*first->wait->until == rig.now + Milliseconds{1'000});
  rig.notes[0] = to_notes(*first->wait);
  rig.now += Milliseconds{1'000};
  const auto second = rig.stops("gate", asking);
  REQUIRE(second);
  REQUIRE(second->wait);
  CHECK(second->wait->asked == first->wait->asked);
  rig.now += Milliseconds{1};
  const auto late = rig.stops("gate", asking);
  REQUIRE(late);
  CHECK(late->outcome.status == Status::failed);
  CHECK(late->outcome.reason == "nobody approved it in 1.0s");
  // An answer that came in time holds for ever.
  rig.answer(0, approved);
  CHECK_FALSE(rig.stops("gate", asking));
}

TEST_CASE("an environment asks for the stages that name it, and of -E for deploys") {
  Rig rig;
  rig.facts.environment = "production";
  rig.add("lint");
  rig.add("deploy").kind = "deploy";
  rig.add("smoke").environment = "production";
  rig.add("elsewhere").environment = "staging";
  CHECK_FALSE(rig.stops("lint", Silent{}));
  CHECK(rig.stops("deploy", Silent{}));
  CHECK(rig.stops("smoke", Silent{})->outcome.reason == "production wants an approval");
  CHECK_FALSE(rig.stops("elsewhere", Silent{}));
}

TEST_CASE("an environment asks once on a way, not across ways nor environments") {
  Rig rig;
  rig.add("gate").environment = "production";
  rig.add("other");
  rig.add("between", {"gate", "other"});
  rig.add("behind", {"between"}).environment = "production";
  rig.add("beside", {"other"}).environment = "production";
  rig.answer(0, approved);
  CHECK_FALSE(rig.stops("behind", Silent{}));
  CHECK(rig.stops("beside", Silent{}));
  // A question of a stage's own is asked in any case.
  CHECK(rig.stops("behind", Asking{}));
  rig.notes[0].clear();
  rig.answer(0, rejected);
  CHECK(rig.stops("behind", Silent{}));
}

TEST_CASE("an approval comes back from its notes as it was") {
  const ApprovalAnswer answer{rejected, "bob", WallTime{Milliseconds{1'234}}, "a: b\nc"};
  const auto back = recall_answer(to_notes(answer));
  REQUIRE(back);
  CHECK(back->decision == rejected);
  CHECK(back->by == "bob");
  CHECK(back->at == answer.at);
  CHECK(back->comment == answer.comment);
  CHECK_FALSE(recall_answer({}));
  CHECK_FALSE(recall_answer({{"approval.decision", "perhaps"}}));
  CHECK_FALSE(recall_wait({{"approval.asked", "never"}}));
}
