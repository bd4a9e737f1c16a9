#include <catch2/catch_test_macros.hpp>

#include "core/engine/scheduler.hpp"
#include "tests/unit/core/engine/scheduler_driver.hpp"

using namespace pipectl;

TEST_CASE("weights share the jobs, and a heavy node runs alone", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("a").weight = 2;
  builder.stage("b").weight = 2;
  builder.stage("heavy").weight = 99;
  builder.stage("c");
  Driver run(builder, {3, OnFailure::keep_going});
  CHECK(run.go() == Names{"a"});
  CHECK(run.end("a") == Names{"b"});
  CHECK(run.end("b") == Names{"heavy"});
  CHECK(run.end("heavy") == Names{"c"});
}

TEST_CASE("light nodes do not starve a heavy one", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("feed1");
  builder.stage("light1", {"feed1"});
  builder.stage("light2", {"feed1"});
  builder.stage("feed2");
  builder.stage("heavy").weight = 2;
  Driver run(builder, {2, OnFailure::keep_going});
  CHECK(run.go() == Names{"feed1", "feed2"});
  CHECK(run.end("feed2").empty());  // heavy is next and kept a place
  CHECK(run.end("feed1") == Names{"heavy"});
  CHECK(run.end("heavy") == Names{"light1", "light2"});
}

TEST_CASE("no jobs count as one", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("a").weight = 0;
  builder.stage("b");
  Driver run(builder, {0, OnFailure::keep_going});
  CHECK(run.go() == Names{"a"});
  CHECK(run.end("a") == Names{"b"});
}

TEST_CASE("one at a time in a concurrency group, without holding up others", "[scheduler]") {
  GraphBuilder builder;
  for (const auto* name : {"s1", "s2", "p1", "s3", "x"}) builder.stage(name);
  Driver run(builder, {8, OnFailure::keep_going}, {"staging", "staging", "prod", "staging", ""});
  CHECK(run.go() == Names{"s1", "p1", "x"});
  CHECK(run.end("p1").empty());
  CHECK(run.end("s1", Status::failed) == Names{"s2"});
  CHECK(run.end("s2") == Names{"s3"});
}

TEST_CASE("a node that is skipped after all passes its place on", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("a");
  builder.stage("b");
  builder.stage("c");
  Driver run(builder, {8, OnFailure::keep_going}, {"g", "g", "g"});
  CHECK(run.go() == Names{"a"});
  run.scheduler().ended(run.id("a"), ended_as(Status::succeeded));
  CHECK(run.scheduler().next() == run.id("b"));
  run.scheduler().ended(run.id("b"), ended_as(Status::skipped, SkipCause::condition));
  CHECK(run.go() == Names{"c"});
}

TEST_CASE("max_parallel of a matrix", "[scheduler]") {
  GraphBuilder builder;
  StageSpec& unit = builder.stage("unit");
  unit.matrix.emplace().axes = {{"v", {"1", "2", "3", "4"}}};
  unit.matrix->max_parallel = 2;
  builder.stage("other");
  Driver run(builder);
  CHECK(run.go() == Names{"unit (1)", "unit (2)", "other"});
  CHECK(run.end("unit (2)") == Names{"unit (3)"});
  CHECK(run.end("unit (1)") == Names{"unit (4)"});
}

TEST_CASE("a concurrency group and max_parallel together leave no place unused", "[scheduler]") {
  GraphBuilder builder;
  StageSpec& unit = builder.stage("unit");
  unit.matrix.emplace().axes = {{"v", {"1", "2", "3"}}};
  unit.matrix->max_parallel = 1;
  builder.stage("a");
  builder.stage("b");
  // unit (1) runs; unit (2) waits for the matrix, a runs, b waits for the group that a holds.
  Driver run(builder, {8, OnFailure::keep_going}, {"", "g", "", "g", "g"});
  CHECK(run.go() == Names{"unit (1)", "a"});
  CHECK(run.end("unit (1)") == Names{"unit (3)"});  // unit (2) waits for the group now
  CHECK(run.end("a") == Names{"b"});                // and for the matrix here
  CHECK(run.end("unit (3)").empty());
  CHECK(run.end("b") == Names{"unit (2)"});
}

TEST_CASE("a stop forgets the place that was kept for a heavy node", "[scheduler]") {
  GraphBuilder builder;
  builder.stage("light");
  builder.stage("heavy").weight = 2;
  builder.stage("cleanup").always = true;
  Driver run(builder, {2, OnFailure::keep_going});
  CHECK(run.go() == Names{"light"});
  run.scheduler().stop(StopMode::in_order);
  CHECK(run.go() == Names{"heavy: stopped", "cleanup"});
}
