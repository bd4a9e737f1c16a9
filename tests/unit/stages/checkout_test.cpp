#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;
using pipectl::test::StageBench;

namespace {

/// A workspace that is a repository with one commit, made by git itself.
class CheckoutBench : public StageBench {
 public:
  CheckoutBench() {
    env["GIT_CONFIG_GLOBAL"] = "/dev/null";
    env["GIT_CONFIG_SYSTEM"] = "/dev/null";
    const auto made =
        run("git init -q -b main . && echo one > file && git add file && "
            "git -c user.name=A -c user.email=a@b commit -qm first");
    if (made.status != Status::succeeded) throw std::runtime_error("git: " + emit.output);
    emit.output.clear();
  }
  Outcome run(const std::string& script) { return StageBench::run("run: '" + script + "'"); }
  Outcome check_out(const std::string& keys) {
    return StageBench::run("{kind: checkout, " + keys + "}");
  }
  [[nodiscard]] std::string outputs() const {
    std::ifstream file(folder / "output");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}  // namespace

TEST_CASE("without a url the stage tells what the run works on") {
  CheckoutBench bench;
  const auto outcome = bench.StageBench::run("{kind: checkout, run: cat file}");
  CHECK(outcome.status == Status::succeeded);
  CHECK_THAT(outcome.summary, ContainsSubstring(" main"));
  CHECK(bench.emit.output == "one\n");
  CHECK_THAT(bench.outputs(), ContainsSubstring("\nbranch=main\n"));
  StageBench plain;
  CHECK(plain.run("{kind: checkout}").summary == "no repository");
}

TEST_CASE("a repository goes below the workspace, and again when the stage runs again") {
  CheckoutBench bench;
  CHECK(bench.check_out("url: ., path: lib/copy").status == Status::succeeded);
  CHECK(std::filesystem::exists(bench.workspace / "lib/copy/file"));
  bench.folder.write("workspace/lib/copy/left-over", "x");
  CHECK(bench.check_out("url: ., path: lib/copy, ref: main").status == Status::succeeded);
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "lib/copy/left-over"));
}

TEST_CASE("a folder that the stage did not make is left alone") {
  CheckoutBench bench;
  bench.folder.write("workspace/mine/notes", "x");
  const auto outcome = bench.check_out("url: ., path: mine");
  CHECK(outcome.status == Status::failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("no checkout stage made it"));
  CHECK(std::filesystem::exists(bench.workspace / "mine/notes"));
}

TEST_CASE("nothing is written outside of the workspace, or over it") {
  CheckoutBench bench;
  std::filesystem::create_directory(bench.folder / "other");
  std::filesystem::create_directory_symlink(bench.folder / "other", bench.workspace / "link");
  std::filesystem::create_directory(bench.workspace / "inner");
  std::filesystem::create_directory_symlink("inner", bench.workspace / "inside");
  const char* const path = GENERATE("..", "../other", "/tmp/pipectl-nowhere", ".", "a/..", "link",
                                    "link/deep", "inside");
  CAPTURE(path);
  const auto outcome = bench.check_out("url: ., path: " + std::string{path});
  CHECK(outcome.status == Status::failed);
  CHECK(std::filesystem::is_empty(bench.folder / "other"));
  CHECK(std::filesystem::exists(bench.workspace / "file"));
}

TEST_CASE("a checkout that fails says why and leaves nothing") {
  CheckoutBench bench;
  const auto missing = bench.check_out("url: ., path: copy, ref: nope");
  CHECK(is_failure(missing.status));
  CHECK_THAT(missing.reason, ContainsSubstring("nope"));
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "copy"));
  bench.cancel.cancel(CancelReason::user);
  const auto stopped = bench.check_out("url: ., path: copy");
  CHECK(stopped.status == Status::cancelled);
  CHECK(stopped.reason == "interrupted");
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "copy"));
}

TEST_CASE("the keys of a checkout are checked when the file is loaded") {
  struct Bad {
    const char* keys;
    const char* message;
  };
  const auto [keys, message] =
      GENERATE(Bad{"url: .", "`url` needs a `path`"}, Bad{"path: x", "`path` needs a `url`"},
               Bad{"ref: main", "needs a `url`"}, Bad{"url: ., path: x, depth: 0", "depth"},
               Bad{"url: ., path: x, secret: TOKEN", "not granted"},
               Bad{"url: ., path: x, submodule: true", "'submodules'"});
  StageBench bench;
  CAPTURE(keys);
  bench.parse("{kind: checkout, " + std::string{keys} + "}");
  CHECK(bench.diagnostics.has_errors());
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}
