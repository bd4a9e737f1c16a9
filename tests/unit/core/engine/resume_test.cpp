#include "core/engine/resume.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/plan_builder.hpp"

using namespace pipectl;
using test::PlanBuilder;

namespace {

store::StageRecord record(const std::string& name, std::optional<Status> status,
                          SkipCause skip = SkipCause::none) {
  store::StageRecord stage;
  stage.name = name;
  if (status) {
    stage.outcome.emplace();
    stage.outcome->status = *status;
    stage.outcome->skip = skip;
  }
  return stage;
}

}  // namespace

TEST_CASE("what ended well is kept; what failed, was stopped or never ended runs again") {
  PlanBuilder builder;
  for (const auto* name : {"good", "warned", "cached", "failed", "died", "stopped"})
    builder.add(name);
  const auto plan = builder.plan();
  store::RunRecord run;
  run.stages = {
      record("good", Status::succeeded), record("warned", Status::warned),
      record("cached", Status::cached),  record("failed", Status::failed),
      record("died", std::nullopt),      record("stopped", Status::skipped, SkipCause::stopped)};
  const auto resumed = take_over(plan, run);
  for (std::size_t id = 0; id < 6; ++id) CHECK(resumed.ended[id].has_value() == (id < 3));
}

TEST_CASE("a clean-up that ran after a failure runs again, one behind a settled skip does not") {
  PlanBuilder builder;
  builder.add("build");
  builder.add("clean", {"build"}).always = true;
  builder.add("optional");
  builder.add("after", {"optional"});
  const auto plan = builder.plan();
  store::RunRecord run;
  run.stages = {record("build", Status::failed), record("clean", Status::succeeded),
                record("optional", Status::skipped, SkipCause::requirement),
                record("after", Status::succeeded)};
  const auto resumed = take_over(plan, run);
  CHECK_FALSE(resumed.ended[1]);
  CHECK_FALSE(resumed.ended[2]);
  CHECK(resumed.ended[3]);
}

TEST_CASE("needs that stand later in the file are settled first") {
  PlanBuilder builder;
  builder.add("last", {"first"});
  builder.add("first");
  const auto plan = builder.plan();
  store::RunRecord run;
  run.stages = {record("last", Status::succeeded), record("first", Status::succeeded)};
  CHECK(take_over(plan, run).ended[0]);
}

TEST_CASE("only stages without an end have processes to look for") {
  store::RunRecord run;
  run.stages = {record("ended", Status::succeeded), record("died", std::nullopt)};
  run.stages[0].process = ProcessId{10, 1};
  run.stages[1].process = ProcessId{11, 2};
  const auto processes = unfinished_processes(run);
  REQUIRE(processes.size() == 1);
  CHECK(processes.front().pid == 11);
}
