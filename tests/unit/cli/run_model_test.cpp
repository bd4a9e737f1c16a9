#include "cli/ui/run_model.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "cli/ui/held_output.hpp"
#include "tests/unit/cli/scripted_run.hpp"

using namespace pipectl;
using namespace pipectl::ui;
using pipectl::test::ended;

namespace {

RunModel told(const test::ScriptedRun& run) {
  RunModel model;
  for (const auto& event : run.events()) model.apply(event);
  return model;
}

std::vector<std::string> names(const std::vector<const StageView*>& stages) {
  std::vector<std::string> found;
  for (const auto* stage : stages) found.push_back(stage->name);
  return found;
}

}  // namespace

TEST_CASE("a tail keeps the last lines and counts all") {
  Tail tail;
  tail.add("one\ntw");
  tail.add("o\nthree");
  CHECK(tail.total() == 3);
  REQUIRE(tail.lines().size() == 3);
  CHECK(tail.lines()[1] == "two");
  CHECK(tail.lines()[2] == "three");
  tail.add("\n");
  CHECK(tail.total() == 3);
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "line " + std::to_string(i) + '\n';
  tail.add(flood + "open");
  CHECK(tail.total() == 1004);
  REQUIRE(tail.lines().size() == 20);
  CHECK(tail.lines().front() == "line 981");
  CHECK(tail.lines().back() == "open");
}

TEST_CASE("a tail bounds a line that never ends") {
  Tail tail;
  for (int i = 0; i < 1000; ++i) tail.add(std::string(1000, 'x'));
  CHECK(tail.total() == 1);
  CHECK(tail.lines().back().size() == 2048);
}

TEST_CASE("a tail is the latest attempt's, its total that of all") {
  test::ScriptedRun run;
  run.after(0, event::StageStarted{"unit", 1})
      .after(1, event::StageOutput{"unit", Stream::out, "first\nfirst, unfinished"})
      .after(1, event::StageStarted{"unit", 2});
  auto model = told(run);
  CHECK(model.stage("unit")->latest.empty());
  CHECK(model.stage("unit")->tail.lines().empty());
  std::string many;
  for (int i = 0; i < 25; ++i) many += "second " + std::to_string(i) + '\n';
  model.apply({"01j2run", run.now(), event::StageOutput{"unit", Stream::out, many}});
  const auto& tail = model.stage("unit")->tail;
  CHECK(tail.lines().front() == "second 5");
  CHECK(tail.left_out() == 5);
  CHECK(tail.total() == 27);
}

TEST_CASE("the first failure is the root cause and comes last") {
  test::ScriptedRun run;
  run.after(0, test::balance_sheet_pro())
      .after(1, event::StageStarted{"audit"})
      .after(1, ended("unit (18)", Status::timed_out, 5))
      .after(1, ended("audit", Status::failed, 5))
      .after(1, ended("lint", Status::cancelled, 5))
      .after(1, test::skipped("unit (20)", SkipCause::stopped, "stopped"))
      .after(1, test::skipped("image", SkipCause::upstream, "upstream audit"))
      .after(1, test::skipped("staging", SkipCause::condition, "branch is dev"))
      .after(1, ended("report", Status::warned, 5));
  const auto model = told(run);
  CHECK(names(model.failures()) == std::vector<std::string>{"audit", "unit (18)"});
  CHECK(names(model.victims()) == std::vector<std::string>{"lint", "unit (20)", "image"});
  CHECK(model.counts().ended == 7);
  CHECK(model.counts().running == 0);
  CHECK(model.counts().failed == 2);
}

TEST_CASE("what is latest is the last line that is not blank, or a note") {
  test::ScriptedRun run;
  run.after(0, event::StageStarted{"a"})
      .after(0, event::StageNote{"a", "$ make"})
      .after(0, event::StageOutput{"a", Stream::out, "one\ntwo\n\n  \n"});
  CHECK(told(run).stage("a")->latest == "two");
  run.after(0, event::StageOutput{"a", Stream::out, "\n\n"});
  CHECK(told(run).stage("a")->latest == "two");
  run.after(0, event::DeployStep{"a", "apply", "2 objects", true});
  CHECK(told(run).stage("a")->latest == "apply: 2 objects");
}

TEST_CASE("memory stays bounded: tails of stages that went well, and of the 51st failure, go") {
  test::ScriptedRun run;
  for (int i = 0; i < 60; ++i) {
    const auto name = "s" + std::to_string(i);
    run.after(0, event::StageOutput{name, Stream::out, "text\n"})
        .after(0, ended(name, i == 0 ? Status::succeeded : Status::failed, 1));
  }
  const auto model = told(run);
  CHECK(model.stage("s0")->tail.lines().empty());
  CHECK(model.stage("s50")->tail.lines().size() == 1);
  CHECK(model.stage("s51")->tail.lines().empty());
  CHECK(model.stage("s51")->tail.total() == 1);
}

TEST_CASE("held output keeps its beginning and its end") {
  HeldOutput held;
  CHECK(held.take().empty());
  held.add("short\n");
  CHECK(held.take() == "short\n");
  CHECK(held.take().empty());
  std::size_t written = 0;
  for (int i = 0; written < (8U << 20U); ++i) {
    const auto line = "line " + std::to_string(i) + '\n';
    held.add(line);
    written += line.size();
  }
  const auto text = held.take();
  CHECK(text.starts_with("line 0\nline 1\n"));
  CHECK(text.find("left out here") != text.npos);
  CHECK(text.size() < (321U << 10U));
  CHECK(text.ends_with('\n'));
}
