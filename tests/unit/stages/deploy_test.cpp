#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "tests/support/http_double.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;
using pipectl::test::StageBench;
using Strings = std::vector<std::string>;

namespace {

/// What the commands of a test's deploy wrote, in order.
std::string history(const StageBench& bench) {
  std::ifstream file(bench.workspace / "history");
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string applies = "{kind: deploy, run: 'echo apply >> history'";
const std::string undoes = ", undo: 'echo undo >> history'";
/// A check that never gets healthy, and takes one try.
const std::string sick = ", health: [{command: [sh, -c, 'echo too cold; false'], within: 0s}]";
const std::string fine = ", health: [{command: ['true']}]";

}  // namespace

TEST_CASE("a healthy deploy is done") {
  StageBench bench;
  const auto outcome = bench.run(applies + fine + undoes + "}");
  CHECK(outcome.status == Status::succeeded);
  CHECK(outcome.summary == "1 healthy");
  CHECK(history(bench) == "apply\n");
  CHECK(bench.emit.deploy_steps == Strings{"apply ok: applied", "health ok: 1 healthy"});
  CHECK(bench.emit.phases == Strings{"applying", "checking"});
}

TEST_CASE("a deploy that does not get healthy is undone") {
  StageBench bench;
  const auto outcome = bench.run(applies + sick + undoes + "}");
  CHECK(outcome.status == Status::rolled_back);
  CHECK_FALSE(outcome.undo_failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("exit code 1, want 0: too cold (tried once)"));
  CHECK(outcome.reason.ends_with(" -> rolled back"));
  CHECK(history(bench) == "apply\nundo\n");
  CHECK(bench.emit.deploy_steps.back() == "undo ok: rolled back");
  CHECK(bench.emit.phases == Strings{"applying", "checking", "undoing", "ended"});
}

TEST_CASE("the reason of an http check reads as in the summary") {
  const test::HttpDouble server{[](httplib::Server& s) {
    s.Get("/ready", [](const auto&, auto& answer) { answer.status = 503; });
  }};
  StageBench bench;
  const std::string url = server.url("/ready");
  const auto outcome =
      bench.run(applies + ", health: [{http: '" + url + "', within: 0s}]" + undoes + "}");
  CHECK(outcome.reason == "health " + url + ": 503, want 200 (tried once) -> rolled back");
}

TEST_CASE("a deploy whose commands fail is undone without a look at its health") {
  StageBench bench;
  const auto outcome = bench.run(
      "{kind: deploy, run: ['echo half >> history', 'exit 7'], health: [{command: [touch, "
      "asked]}]" +
      undoes + "}");
  CHECK(outcome.status == Status::rolled_back);
  CHECK(outcome.reason == "exit code 7 -> rolled back");
  CHECK(outcome.exit_code == 7);
  CHECK(history(bench) == "half\nundo\n");
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "asked"));
}

TEST_CASE("without an undo a failed deploy says that nothing was undone") {
  StageBench bench;
  auto outcome = bench.run(applies + sick + "}");
  CHECK(outcome.status == Status::failed);
  CHECK_FALSE(outcome.undo_failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("nothing was undone (no `undo` is given)"));
  outcome = bench.run(applies + sick + undoes + ", rollback: none}");
  CHECK(outcome.status == Status::failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("nothing was undone (rollback: none)"));
  CHECK(history(bench) == "apply\napply\n");
}

TEST_CASE("an undo that fails is told with both reasons") {
  StageBench bench;
  const auto outcome = bench.run(applies + sick + ", undo: 'exit 9'}");
  CHECK(outcome.status == Status::failed);
  CHECK(outcome.undo_failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("too cold"));
  CHECK_THAT(outcome.reason, ContainsSubstring("-> undo failed: exit code 9"));
  CHECK_FALSE(outcome.hint.empty());
}

TEST_CASE("an undo that hangs has a limit of its own") {
  StageBench bench;
  const auto outcome = bench.run(applies + sick + ", undo: 'sleep infinity', undo_timeout: 30ms}");
  CHECK(outcome.undo_failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("undo failed: timed out after 30ms"));
}

TEST_CASE("an undo outlasts the stage's timeout") {
  StageBench bench;
  const auto outcome =
      bench.run_limited("{kind: deploy, run: 'sleep infinity'" + undoes + "}", Milliseconds{30});
  CHECK(outcome.status == Status::rolled_back);
  CHECK(outcome.reason == "timed out after 30ms -> rolled back");
  CHECK(history(bench) == "undo\n");
}

TEST_CASE("an undo outlasts a cancellation, in the commands and in the health checks") {
  StageBench bench;
  SECTION("while it applies") {
    bench.emit.on_output = [&](const std::string&) { bench.cancel.cancel(CancelReason::user); };
    const auto outcome = bench.run("{kind: deploy, run: 'echo up; sleep infinity'" + undoes + "}");
    CHECK(outcome.status == Status::rolled_back);
    CHECK(outcome.reason == "interrupted -> rolled back");
  }
  SECTION("while it waits") {
    bench.emit.on_note = [&](const std::string& note) {
      if (note.starts_with("not yet healthy")) bench.cancel.cancel(CancelReason::user);
    };
    const auto outcome = bench.run(
        "{kind: deploy, run: 'true', health: [{command: ['false'], within: 2h, "
        "interval: 1h}]" +
        undoes + "}");
    CHECK(outcome.status == Status::rolled_back);
    CHECK_THAT(outcome.reason, ContainsSubstring("interrupted while waiting for health"));
  }
  CHECK(history(bench) == "undo\n");
}

TEST_CASE("a hard stop ends the undo, too, and a resumed run undoes again") {
  StageBench bench;
  bench.emit.on_note = [&](const std::string& note) {
    if (note.starts_with("undoing")) bench.hard.cancel(CancelReason::hard);
  };
  const auto outcome = bench.run(applies + sick + undoes + "}");
  CHECK(outcome.undo_failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("undo failed: interrupted twice"));
  CHECK(history(bench) == "apply\n");
  CHECK(bench.emit.memory["deploy.phase"] == "undoing");

  StageBench resumed;
  resumed.remembered = bench.emit.memory;
  const auto again = resumed.run(applies + sick + undoes + "}");
  CHECK(again.status == Status::rolled_back);
  CHECK_THAT(again.reason, ContainsSubstring("too cold"));
  CHECK(history(resumed) == "undo\n");
}

TEST_CASE("a deploy that was stopped before it began undoes nothing") {
  StageBench bench;
  bench.cancel.cancel(CancelReason::user);
  CHECK(bench.run(applies + sick + undoes + "}").status == Status::cancelled);
  CHECK(history(bench).empty());
}

TEST_CASE("a resumed deploy goes on from where it was interrupted") {
  StageBench bench;
  SECTION("applied again when it is not known how far that had come") {
    bench.remembered = {{"deploy.phase", "applying"}};
    CHECK(bench.run(applies + fine + undoes + "}").status == Status::succeeded);
    CHECK(history(bench) == "apply\n");
    CHECK_THAT(bench.emit.notes.front(), ContainsSubstring("applying again"));
  }
  SECTION("only looked at when everything was applied") {
    bench.remembered = {{"deploy.phase", "checking"}};
    CHECK(bench.run(applies + fine + undoes + "}").status == Status::succeeded);
    CHECK(history(bench).empty());
  }
  SECTION("and undone when what was applied is not healthy") {
    bench.remembered = {{"deploy.phase", "checking"}};
    CHECK(bench.run(applies + sick + undoes + "}").status == Status::rolled_back);
    CHECK(history(bench) == "undo\n");
  }
  SECTION("anew after one that had ended") {
    bench.remembered = {{"deploy.phase", "ended"}, {"deploy.failure", "old"}};
    CHECK(bench.run(applies + fine + undoes + "}").status == Status::succeeded);
    CHECK(history(bench) == "apply\n");
  }
}

TEST_CASE("nothing is applied that could not be journaled before") {
  StageBench bench;
  bench.emit.disk_full = true;
  const auto outcome = bench.run(applies + fine + undoes + "}");
  CHECK(outcome.status == Status::infra);
  CHECK_THAT(outcome.reason, ContainsSubstring("disk full"));
  CHECK(history(bench).find("apply") == std::string::npos);
}

TEST_CASE("the keys of a deploy are checked when the file is loaded") {
  struct Bad {
    const char* yaml;
    const char* message;
  };
  const auto [yaml, message] = GENERATE(
      Bad{"{kind: deploy}", "deploys nothing"}, Bad{"{kind: deploy, undo: x}", "deploys nothing"},
      Bad{"{kind: deploy, run: a, rollback: atuo}", "'auto'"},
      Bad{"{kind: deploy, run: a, undo: 'x ${{ git.tag }}'}", "PIPECTL_GIT_TAG"},
      Bad{"{kind: deploy, run: a, health: []}", "list of checks"},
      Bad{"{kind: deploy, run: a, health: {tcp: 1}}", "list of checks"},
      Bad{"{kind: deploy, run: a, helath: []}", "'health'"},
      Bad{"{kind: deploy, run: a, undo_timeout: soon}", "undo_timeout"});
  StageBench bench;
  CAPTURE(yaml);
  CHECK((bench.parse(yaml) == nullptr || bench.diagnostics.has_errors()));
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}

TEST_CASE("the plan of a deploy shows all that it may do") {
  StageBench bench;
  const auto runner = bench.parse(applies + ", health: [{tcp: 1}]" + undoes + "}");
  REQUIRE(runner != nullptr);
  CHECK(runner->preview(bench.scope) == Strings{"echo apply >> history",
                                                "health tcp 1 (within 30.0s)",
                                                "on failure: echo undo >> history"});
}

TEST_CASE("an expression may name the strategy, which the run then judges") {
  StageBench bench;
  const std::string chosen = applies + ", strategy: '${{ env.LEVEL }}'}";
  bench.scope.values["env.LEVEL"] = std::string{"rolling"};
  CHECK(bench.run(chosen).status == Status::succeeded);

  bench.scope.values["env.LEVEL"] = std::string{"canry"};
  auto outcome = bench.run(chosen);
  CHECK(outcome.status == Status::failed);
  CHECK(outcome.reason == "unknown strategy 'canry'");
  CHECK(outcome.hint == "one of: blue-green, canary, rolling");

  bench.scope.values["env.LEVEL"] = std::string{"canary"};
  outcome = bench.run(chosen);
  CHECK(outcome.status == Status::failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("two releases side by side"));
  CHECK(history(bench) == "apply\n");
}
