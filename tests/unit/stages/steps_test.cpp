#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;
using pipectl::test::StageBench;

TEST_CASE("a text runs in the workspace, a list in one shell, steps in one each") {
  StageBench bench;
  CHECK(bench.run("run: pwd").status == Status::succeeded);
  CHECK(bench.emit.output == bench.workspace.string() + "\n");
  bench.emit.output.clear();
  CHECK(bench.run("run: ['x=1', 'mkdir a', 'cd a', 'echo $x', 'basename $PWD']").status ==
        Status::succeeded);
  CHECK(bench.emit.output == "1\na\n");
  bench.emit.output.clear();
  bench.run("steps: [{run: 'cd a; x=1'}, {run: 'echo \"<$x>\"; basename $PWD'}]");
  CHECK(bench.emit.output == "<>\nworkspace\n");
}

TEST_CASE("the first failing command ends the stage and is named") {
  StageBench bench;
  auto outcome = bench.run("run: ['exit 3', 'echo never']");
  CHECK(outcome.status == Status::failed);
  CHECK(outcome.reason == "exit code 3");
  CHECK(outcome.exit_code == 3);
  CHECK(bench.emit.output.empty());
  CHECK(bench.run("run: ['false', 'echo never']").reason == "exit code 1");
  outcome = bench.run("steps: [{run: 'true'}, {name: install, run: exit 3}, {run: echo never}]");
  CHECK(outcome.reason == "step 'install' failed: exit code 3");
  CHECK(bench.run("steps: [{run: 'true'}, {run: exit 4}]").reason == "step 2 failed: exit code 4");
  CHECK(bench.emit.output.empty());
}

TEST_CASE("each command is announced by its first line") {
  StageBench bench;
  bench.run("steps:\n  - run: echo a\n  - name: two\n    run: |\n      echo b\n      echo c\n");
  CHECK(bench.emit.notes == std::vector<std::string>{"$ echo a", "two: $ echo b …"});
}

TEST_CASE("who runs is told of each command that is not over in a moment") {
  StageBench bench;
  bench.run("steps: [{run: sleep 0.3}, {run: sleep 0.3}]");
  CHECK(bench.emit.processes.size() == 2);
}

TEST_CASE("bash fails on a failing part of a pipe, sh does not") {
  StageBench bench;
  CHECK(bench.run("run: false | cat").status == Status::succeeded);
  bench.spec.shell = Shell::bash;
  CHECK(bench.run("run: false | cat").status == Status::failed);
}

TEST_CASE("how a command ends is told in words") {
  StageBench bench;
  auto outcome = bench.run("run: kill -SEGV $$");
  CHECK(outcome.reason == "killed by SIGSEGV");
  CHECK(outcome.exit_code == 139);
  outcome = bench.run("run: sh -c 'kill -SEGV $$'; true");
  CHECK(outcome.reason == "exit code 139");
  CHECK_THAT(outcome.hint, ContainsSubstring("SIGSEGV"));
  outcome = bench.run("run: no-such-program-anywhere");
  CHECK(outcome.reason == "exit code 127");
  CHECK_THAT(outcome.hint, ContainsSubstring("requires"));
  bench.folder.write("workspace/plain.txt", "text");
  CHECK_THAT(bench.run("run: ./plain.txt").hint, ContainsSubstring("not executable"));
}

TEST_CASE("stdin is empty, the step's own environment wins") {
  StageBench bench;
  bench.env["LEVEL"] = "stage";
  bench.env["OTHER"] = "kept";
  bench.scope.values["git.branch"] = std::string{"$(touch pwned)"};
  const auto outcome = bench.run(
      "steps: [{run: 'cat; echo $LEVEL $OTHER; echo \"$B\"', "
      "env: {LEVEL: step, B: '${{ git.branch }}'}}]");
  CHECK(outcome.status == Status::succeeded);
  CHECK(bench.emit.output == "step kept\n$(touch pwned)\n");
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "pwned"));
}

TEST_CASE("a secret in the output is redacted") {
  StageBench bench;
  REQUIRE(bench.redactor.add("TOKEN", "hunter2hunter2"));
  bench.env["TOKEN"] = "hunter2hunter2";
  bench.run("run: 'printf hunter2; printf hunter2; echo; echo $TOKEN >&2'");
  CHECK_THAT(bench.emit.output, ContainsSubstring("***"));
  CHECK_THAT(bench.emit.output, !ContainsSubstring("hunter2hunter2"));
}

TEST_CASE("a step has a folder of its own, inside of the workspace") {
  StageBench bench;
  std::filesystem::create_directories(bench.workspace / "app");
  bench.run("steps: [{run: 'basename $PWD', working_directory: app}]");
  CHECK(bench.emit.output == "app\n");
  auto outcome = bench.run("steps: [{run: pwd, working_directory: none}]");
  CHECK(outcome.status == Status::failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("none' does not exist"));
  std::filesystem::create_directory_symlink("/", bench.workspace / "out");
  bench.scope.values["matrix.node"] = std::string(GENERATE("../", "/", "out/tmp"));
  outcome = bench.run("steps: [{run: pwd, working_directory: '${{ matrix.node }}'}]");
  CHECK(outcome.status == Status::failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("outside the workspace"));
}

TEST_CASE("a timeout ends the whole group and names its limit") {
  StageBench bench;
  auto outcome = bench.run_limited("run: 'sleep infinity & sleep infinity'", Milliseconds{30});
  CHECK(outcome.status == Status::timed_out);
  CHECK(outcome.reason == "timed out after 30ms");
  bench.spec.timeout.reset();
  outcome = bench.run("steps: [{name: wait, run: sleep infinity, timeout: 30ms}, {run: echo no}]");
  CHECK(outcome.status == Status::timed_out);
  CHECK(outcome.reason == "step 'wait' timed out after 30ms");
  CHECK(bench.emit.output.empty());
}

TEST_CASE("a cancellation ends the command, and nothing starts after it") {
  StageBench bench;
  bench.emit.on_output = [&](const std::string&) { bench.cancel.cancel(CancelReason::user); };
  const auto outcome =
      bench.run("steps: [{name: one, run: 'echo up; sleep infinity'}, {run: echo two}]");
  CHECK(outcome.status == Status::cancelled);
  CHECK(outcome.reason == "interrupted in step 'one'");
  CHECK(bench.emit.output == "up\n");
  CHECK(bench.run("run: echo again").status == Status::cancelled);
  CHECK(bench.emit.output == "up\n");
}

TEST_CASE("what comes from outside does not get into a command's text") {
  StageBench bench;
  const char* const yaml =
      GENERATE("run: 'echo ${{ git.branch }}'", "run: [echo ok, 'echo ${{ git.branch }}']",
               "steps: [{run: 'echo ${{ git.branch }}'}]");
  CHECK(bench.parse(yaml) == nullptr);
  CHECK_THAT(bench.problems(), ContainsSubstring("PIPECTL_GIT_BRANCH"));
}

TEST_CASE("what the file fixes does") {
  StageBench bench;
  bench.scope.values["matrix.node"] = std::string{"18"};
  const auto runner = bench.parse("run: ['echo ${{ matrix.node }}', 'echo $${{ x }}']");
  REQUIRE(runner != nullptr);
  CHECK(runner->preview(bench.scope) == std::vector<std::string>{"echo 18", "echo ${{ x }}"});
}

TEST_CASE("a stage's commands are checked when the file is loaded") {
  struct Bad {
    const char* yaml;
    const char* message;
  };
  const auto [yaml, message] = GENERATE(
      Bad{"{}", "nothing to run"}, Bad{"{run: a, steps: [{run: b}]}", "both `run` and `steps`"},
      Bad{"run: []", "holds no command"}, Bad{"run: '  '", "empty command"},
      Bad{"run: [a, '']", "empty command"}, Bad{"run: {a: b}", "'run' must be"},
      Bad{"run: \"a\\0b\"", "NUL"}, Bad{"steps: []", "at least one step"},
      Bad{"steps: {run: a}", "must be a list"}, Bad{"steps: [a]", "step 1"},
      Bad{"steps: [{name: a}]", "has no `run`"}, Bad{"steps: [{run: a, tiemout: 5s}]", "'timeout'"},
      Bad{"steps: [{run: a, env: [A]}]", "must be a mapping"},
      Bad{"steps: [{run: a, env: {1A: x}}]", "no name for an environment variable"},
      Bad{"steps: [{run: a, env: {PIPECTL_RUN_ID: x}}]", "is reserved"},
      Bad{"steps: [{run: a, env: {A: [x]}}]", "must be text"},
      Bad{"steps: [{run: a, env: {A: '${{ nope }}'}}]", "nope"},
      Bad{"steps: [{run: a, timeout: soon}]", "must be a duration"},
      Bad{"steps: [{run: a, timeout: 0}]", "more than 0"},
      Bad{"steps: [{run: a, working_directory: ../b}]", "outside of the workspace"},
      Bad{"steps: [{run: a, working_directory: /b}]", "outside of the workspace"});
  StageBench bench;
  CAPTURE(yaml);
  bench.parse(yaml);
  CHECK(bench.diagnostics.has_errors());
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}

TEST_CASE("a text that no argument can hold is refused") {
  StageBench bench;
  CHECK(bench.parse("run: '" + std::string(140'000, 'x') + "'") == nullptr);
  CHECK_THAT(bench.problems(), ContainsSubstring("script file"));
}
