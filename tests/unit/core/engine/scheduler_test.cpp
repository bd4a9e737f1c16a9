#include "core/engine/scheduler.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/core/engine/scheduler_driver.hpp"

using namespace pipectl;

namespace {

GraphBuilder chain() {
  GraphBuilder builder;
  builder.stage("a");
  builder.stage("b", {"a"});
  builder.stage("c", {"b"});
  return builder;
}

}  // namespace

TEST_CASE("an empty plan is done at once", "[scheduler]") {
  const GraphBuilder builder;
  Driver run{builder};
  CHECK(run.scheduler().done());
  CHECK(run.go().empty());
}

TEST_CASE("a chain runs one after the other", "[scheduler]") {
  const GraphBuilder builder = chain();
  Driver run(builder);
  CHECK(run.go() == Names{"a"});
  CHECK(run.end("a") == Names{"b"});
  CHECK(run.end("b") == Names{"c"});
  CHECK_FALSE(run.scheduler().done());
  CHECK(run.end("c").empty());
  CHECK(run.scheduler().done());
  CHECK(run.scheduler().running() == 0);
}

TEST_CASE("a node waits for its own needs only", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("slow");
  builder.stage("quick");
  builder.stage("after", {"quick"});
  Driver run(builder);
  CHECK(run.go() == Names{"slow", "quick"});
  CHECK(run.end("quick") == Names{"after"});
}

TEST_CASE("ready nodes come in the order written", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("late", {"first"});
  builder.stage("first");
  builder.stage("second");
  builder.stage("third");
  Driver run(builder, {1, OnFailure::keep_going});
  CHECK(run.go() == Names{"first"});
  CHECK(run.end("first") == Names{"late"});
  CHECK(run.end("late") == Names{"second"});
}

TEST_CASE("every kind of failure skips what needs it, by the name of the root", "[scheduler]") {
  for (const auto status : {Status::failed, Status::timed_out, Status::infra, Status::cancelled,
                            Status::rolled_back, Status::bug}) {
    const GraphBuilder builder = chain();
    Driver run(builder);
    run.go();
    CHECK(run.end("a", status) == Names{"b: upstream a", "c: upstream a"});
    CHECK(run.scheduler().done());
    CHECK(run.scheduler().outcome(run.id("c"))->skip == SkipCause::upstream);
  }
}

TEST_CASE("what succeeds, warns or is cached lets others go on", "[scheduler]") {
  for (const auto status : {Status::succeeded, Status::warned, Status::cached}) {
    const GraphBuilder builder = chain();
    Driver run(builder);
    run.go();
    CHECK(run.end("a", status) == Names{"b"});
    CHECK_FALSE(run.scheduler().upstream_failed(run.id("b")));
  }
}

TEST_CASE("a skip by condition, requirement or selection counts as met", "[scheduler]") {
  for (const auto cause : {SkipCause::condition, SkipCause::requirement, SkipCause::deselected}) {
    const GraphBuilder builder = chain();
    Driver run(builder);
    CHECK(run.scheduler().next() == run.id("a"));
    run.scheduler().ended(run.id("a"), ended_as(Status::skipped, cause));
    CHECK(run.go() == Names{"b"});
  }
}

TEST_CASE("stages that are for failures run after one", "[scheduler]") {
  GraphBuilder builder = chain();
  builder.stage("cleanup", {"c"}).always = true;
  Diagnostics diagnostics;
  builder.stage("alarm", {"c"}).when = expr::Expression::parse("failure()", {}, diagnostics);
  builder.stage("normal", {"c"}).when = expr::Expression::parse("success()", {}, diagnostics);
  builder.stage("beyond", {"cleanup"});
  Driver run(builder, {8, OnFailure::stop});
  run.go();
  CHECK(run.end("a", Status::failed) ==
        Names{"b: upstream a", "c: upstream a", "normal: upstream a", "cleanup", "alarm"});
  CHECK(run.scheduler().upstream_failed(run.id("alarm")));
  CHECK(run.end("alarm").empty());
  CHECK(run.end("cleanup") == Names{"beyond: stopped: a failed"});
  CHECK(run.scheduler().done());
}

TEST_CASE("a failure does not pass through a need that ran all the same", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("tests");
  builder.stage("report", {"tests"}).always = true;
  builder.stage("mail", {"report"});
  StageSpec& deploy = builder.stage("deploy", {"report"});
  deploy.after_all_above = true;
  Driver run(builder);
  run.go();
  run.end("tests", Status::failed);
  SECTION("but it is still above what follows in the file") {
    CHECK(run.end("report") == Names{"deploy: upstream tests", "mail"});
    CHECK(run.scheduler().upstream_failed(run.id("mail")));
  }
  SECTION("and a failure of both is told by the nearer one") {
    CHECK(run.end("report", Status::failed) ==
          Names{"mail: upstream report", "deploy: upstream report"});
  }
}

TEST_CASE("nothing that needs a stage that waits for an approval runs", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("deploy");
  builder.stage("verify", {"deploy"});
  builder.stage("cleanup", {"verify"}).always = true;
  builder.stage("docs");
  Driver run(builder);
  run.go();
  CHECK(run.end("deploy", Status::waiting) ==
        Names{"verify: deploy waits for an approval", "cleanup: deploy waits for an approval"});
  CHECK_FALSE(run.scheduler().upstream_failed(run.id("cleanup")));
  CHECK_FALSE(run.scheduler().done());
}

TEST_CASE("a failure stops what has not started, unless the run keeps going", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("a");
  builder.stage("b");
  builder.stage("c");
  builder.stage("d", {"b"});
  SECTION("stop") {
    Driver run(builder, {2, OnFailure::stop});
    CHECK(run.go() == Names{"a", "b"});
    CHECK(run.end("a", Status::failed) == Names{"c: stopped: a failed"});
    CHECK(run.end("b") == Names{"d: stopped: a failed"});
    CHECK(run.scheduler().done());
  }
  SECTION("keep going") {
    Driver run(builder, {2, OnFailure::keep_going});
    run.go();
    CHECK(run.end("a", Status::failed) == Names{"c"});
    CHECK(run.end("b") == Names{"d"});
  }
}

TEST_CASE("a stop leaves only what runs after failures, at once not even that", "[scheduler]") {
  GraphBuilder builder = chain();
  builder.stage("cleanup", {"a"}).always = true;
  Driver run(builder);
  run.go();
  run.scheduler().stop(StopMode::in_order);
  CHECK(run.go().empty());
  SECTION("in order") {
    CHECK(run.end("a") == Names{"b: stopped", "c: stopped", "cleanup"});
    CHECK(run.end("cleanup").empty());
  }
  SECTION("at once") {
    run.scheduler().stop(StopMode::at_once);
    CHECK(run.end("a", Status::cancelled) ==
          Names{"b: upstream a", "c: upstream a", "cleanup: stopped"});
  }
  CHECK(run.scheduler().done());
}

TEST_CASE("a stop reaches a node that was given out but not started", "[scheduler]") {
  const GraphBuilder builder = chain();
  Driver run(builder);
  const auto node = run.scheduler().next();
  CHECK(run.scheduler().verdict(*node).skip == SkipCause::none);
  run.scheduler().stop(StopMode::in_order);
  CHECK(run.scheduler().verdict(*node).skip == SkipCause::stopped);
}

TEST_CASE("a deselected stage is met, but keeps the order of its neighbours", "[scheduler]") {
  GraphBuilder builder = chain();
  builder.deselect("b");
  Driver run(builder);
  CHECK(run.go() == Names{"a"});
  SECTION("after success") { CHECK(run.end("a") == Names{"c"}); }
  SECTION("after failure") { CHECK(run.end("a", Status::failed) == Names{"c: upstream a"}); }
  SECTION("after a stage that waits") {
    CHECK(run.end("a", Status::waiting) == Names{"c: a waits for an approval"});
  }
}

TEST_CASE("what the plan skips has ended from the start", "[scheduler]") {
  GraphBuilder builder = chain();
  for (const auto* name : {"a", "b", "c"}) builder.deselect(name);
  Driver run(builder);
  CHECK(run.scheduler().done());
  CHECK(run.scheduler().outcome(0)->skip == SkipCause::deselected);
  CHECK(run.scheduler().outcome(0)->reason == "left out with --skip");
}

TEST_CASE("a resumed run goes on behind what has ended", "[scheduler]") {
  std::vector<std::optional<Outcome>> ended(3);
  ended[0] = ended_as(Status::succeeded);
  const GraphBuilder builder = chain();
  Driver run(builder, {}, {}, ended);
  CHECK(run.go() == Names{"b"});
  ended[1] = ended_as(Status::skipped, SkipCause::upstream);
  Driver again(builder, {}, {}, ended);
  CHECK(again.go() == Names{"c: upstream b"});
}

TEST_CASE("an ended stage lets no one overtake what is run again above it", "[scheduler]") {
  std::vector<std::optional<Outcome>> ended(3);
  ended[1] = ended_as(Status::succeeded);
  const GraphBuilder builder = chain();
  Driver run(builder, {8, OnFailure::keep_going}, {}, ended);
  CHECK(run.go() == Names{"a"});
  CHECK(run.end("a") == Names{"c"});
}
