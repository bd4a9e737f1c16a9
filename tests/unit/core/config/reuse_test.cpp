#include <catch2/catch_test_macros.hpp>

#include "tests/unit/core/config/load_fixture.hpp"

// `extends`, anchors, `include`, groups: what is written once and used elsewhere.

namespace pipectl {
namespace {

using test::Loaded;

TEST_CASE("extends takes over keys, merges env, and the nearest value holds") {
  const Loaded loaded(
      ".base: {timeout: 1m, env: {A: base, B: base}, run: base, artifacts: [x]}\n"
      ".more: {extends: .base, timeout: 2m, env: {B: more}}\n"
      ".other: {weight: 3, timeout: 3m}\n"
      "stages:\n"
      "  a: {extends: .more, run: own, env: {C: own}}\n"
      "  b: {extends: [.more, .other]}\n"
      "  c: {extends: .base, steps: [x]}\n"
      "  .inner: {run: inner}\n"
      "  d: {extends: .inner}\n");
  INFO(loaded.messages());
  REQUIRE(loaded.result);
  const StageSpec& a = loaded.stage("a");
  CHECK(a.timeout == Milliseconds(120'000));
  REQUIRE(a.env.size() == 3);
  CHECK(a.env[0].name == "A");
  CHECK(a.env[1].value.text() == "more");
  CHECK(a.env[2].name == "C");
  CHECK(a.artifacts.size() == 1);
  CHECK(loaded.commands("a").front() == "own");
  CHECK(loaded.stage("b").timeout == Milliseconds(180'000));
  CHECK(loaded.stage("b").weight == 3);
  CHECK(loaded.commands("b").front() == "base");
  CHECK(loaded.commands("c").size() == 1);  // `steps` takes the place of the template's `run`
  CHECK(loaded.commands("d").front() == "inner");
  CHECK(loaded.pipeline().stages.size() == 4);
}

TEST_CASE("anchors and merge keys work as in any YAML") {
  const Loaded loaded(
      ".x: &base {timeout: 1m, env: &env {A: 1}}\n"
      "stages:\n"
      "  a: {<<: *base, run: x}\n"
      "  b: {run: x, env: {<<: *env, B: 2}}\n");
  REQUIRE(loaded.result);
  CHECK(loaded.stage("a").timeout == Milliseconds(60'000));
  CHECK(loaded.stage("b").env.size() == 2);
}

TEST_CASE("a group hands down the keys of its members' kinds, too") {
  const Loaded loaded(
      "stages:\n"
      "  g:\n    extra: group\n    kind: test\n    secrets: [S]\n    always: true\n"
      "    parallel:\n"
      "      a: {run: x}\n"
      "      b: {run: x, extra: own, secrets: [], when: success()}\n"
      "secrets: {S: {env: S}}\n");
  INFO(loaded.messages());
  REQUIRE(loaded.result);
  CHECK(loaded.commands("a").back() == "group");
  CHECK(loaded.commands("b").back() == "own");
  CHECK(loaded.stage("a").kind == "test");
  CHECK(loaded.stage("a").always);
  CHECK(loaded.stage("a").secrets.size() == 1);
  CHECK(loaded.stage("b").secrets.empty());
  CHECK_FALSE(loaded.stage("b").always);
}

TEST_CASE("templates and groups cannot make a small file endless") {
  std::string chain = ".t0: {run: x}\nstages: {a: {extends: .t5000}}\n";
  for (int i = 1; i <= 5'000; ++i)
    chain += ".t" + std::to_string(i) + ": {extends: .t" + std::to_string(i - 1) + "}\n";
  CHECK(Loaded(chain).messages().find("more than 100 templates extend each other") !=
        std::string::npos);

  std::string keys = ".t:\n  run: x\n  env:\n";
  for (int i = 0; i < 2'000; ++i) keys += "    K" + std::to_string(i) + ": v\n";
  std::string wide = keys + "stages:\n";
  for (int i = 0; i < 2'000; ++i)
    wide += "  s" + std::to_string(i) + ": {extends: .t, env: {A: x}}\n";
  CHECK(Loaded(wide).messages().find("templates make this file larger than 1,000,000 entries") !=
        std::string::npos);

  std::string group = "stages:\n  g:\n    env:\n";
  for (int i = 0; i < 2'000; ++i) group += "      K" + std::to_string(i) + ": v\n";
  group += "    parallel:\n";
  for (int i = 0; i < 2'000; ++i) group += "      m" + std::to_string(i) + ": {run: x}\n";
  CHECK(Loaded(group).messages().find("members of groups inherit more than 1,000,000 values") !=
        std::string::npos);

  std::string free = "stages:\n";
  for (int i = 0; i < 2'000; ++i) free += "  f" + std::to_string(i) + ": {needs: [], run: x}\n";
  free += "  g:\n    parallel:\n";
  for (int i = 0; i < 2'000; ++i) free += "      m" + std::to_string(i) + ": {run: x}\n";
  CHECK(Loaded(free).messages().find("too many entries above have `needs` of their own") !=
        std::string::npos);
}

TEST_CASE("an included file brings declarations and templates") {
  auto folder = std::make_unique<test::TempFolder>();
  folder->write("ci/common.yaml",
                "params: {level: {default: info}}\nenv: {A: below, B: below}\n"
                "secrets: {S: {file: s.txt}}\nenvironments: {dev: {}}\n.base: {timeout: 1m}\n");
  const Loaded loaded(std::move(folder),
                      "include: [ci/common.yaml]\nenv: {B: '${{ env.A }} ${{ params.level }}'}\n"
                      "stages: {a: {extends: .base, run: x, secrets: [S], environment: dev}}\n");
  INFO(loaded.messages());
  REQUIRE(loaded.result);
  CHECK(loaded.pipeline().env.size() == 3);
  CHECK(loaded.pipeline().secret("S")->arguments.at(0) == (loaded.folder() / "ci/s.txt").string());
  CHECK(loaded.stage("a").timeout == Milliseconds(60'000));
  CHECK(loaded.pipeline().sources.size() == 2);
}

TEST_CASE("an include may not leave the folder, or the repository where there is one") {
  const std::string_view text = "include: ../x.yaml\nstages: {a: {run: x}}\n";
  CHECK(Loaded(text).messages() ==
        "pipeline.yaml:1 '../x.yaml' lies outside of the pipeline's folder | include only files "
        "that come with this one\n");
  auto folder = std::make_unique<test::TempFolder>();
  std::filesystem::create_symlink("/etc", *folder / "link");
  CHECK(Loaded(std::move(folder), "include: link/passwd\nstages: {a: {run: x}}\n")
            .messages()
            .find("lies outside of the pipeline's folder") != std::string::npos);

  const test::TempFolder repository;
  std::filesystem::create_directories(repository / ".git");
  repository.write(".git/HEAD", "ref: refs/heads/main\n");
  repository.write("shared.yaml", "stages: {b: {run: x}}\n");
  const auto load = [&](std::string_view include) {
    const auto file =
        repository.write("ci/pipeline.yaml", std::string("include: ") + std::string(include) +
                                                 "\nstages: {a: {run: x}}\n");
    Diagnostics diagnostics;
    std::deque<std::unique_ptr<SourceFile>> sources;
    const auto registry = test::plain_registry();
    const auto loaded = config::load(file, registry, diagnostics, sources);
    return loaded ? std::string("fine") : diagnostics.all().front().message;
  };
  CHECK(load("../shared.yaml") == "fine");
  CHECK(load("../../shared.yaml") == "'../../shared.yaml' lies outside of the repository");
}

}  // namespace
}  // namespace pipectl
