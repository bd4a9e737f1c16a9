#include "core/config/order.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/core/config/load_fixture.hpp"

namespace pipectl {
namespace {

using test::Loaded;

TEST_CASE("a stage without needs comes after everything above it") {
  const Loaded loaded(
      "stages:\n"
      "  a: {run: x}\n"
      "  free: {needs: [], run: x}\n"
      "  late: {needs: [last], run: x}\n"
      "  g:\n    parallel:\n      m: {run: x}\n      n: {run: x}\n"
      "  h:\n    needs: [a]\n    parallel:\n      o: {run: x}\n      p: {run: x, needs: []}\n"
      "  b: {run: x}\n"
      "  last: {needs: [h], run: x}\n");
  INFO(loaded.messages());
  REQUIRE(loaded.result);
  CHECK(loaded.needs("a").empty());
  CHECK(loaded.stage("a").after_all_above);
  CHECK(loaded.needs("free").empty());
  CHECK_FALSE(loaded.stage("free").after_all_above);
  CHECK(loaded.needs("late") == "last");
  CHECK(loaded.needs("m") == "a,free,late");
  CHECK(loaded.needs("n") == "a,free,late");
  CHECK(loaded.stage("n").after_all_above);
  CHECK(loaded.needs("o") == "a");
  CHECK_FALSE(loaded.stage("o").after_all_above);
  CHECK(loaded.needs("p").empty());
  CHECK(loaded.needs("b") == "g,h");
  CHECK(loaded.needs("last") == "h");
}

TEST_CASE("one member that waits is enough for what stands below its group") {
  const Loaded loaded(
      "stages:\n"
      "  a: {run: x}\n"
      "  g:\n    parallel:\n      m: {run: x}\n      n: {run: x, needs: []}\n"
      "  b: {run: x}\n"
      "  c: {run: x}\n");
  CHECK(loaded.needs("b") == "g");
  CHECK(loaded.needs("c") == "b");
}

TEST_CASE("a long file stays linear") {
  std::string text = "stages:\n";
  for (int i = 0; i < 2'000; ++i) text += "  s" + std::to_string(i) + ": {run: x}\n";
  const Loaded loaded(text);
  std::size_t needs = 0;
  for (const auto& stage : loaded.pipeline().stages) needs += stage.needs.size();
  CHECK(needs == 1'999);
}

TEST_CASE("included files come first") {
  auto folder = std::make_unique<test::TempFolder>();
  folder->write("one.yaml", "include: two.yaml\nstages: {b: {run: x}}\n");
  folder->write("two.yaml", "stages: {a: {run: x}}\n");
  const Loaded loaded(std::move(folder), "include: [one.yaml, two.yaml]\nstages: {c: {run: x}}\n");
  REQUIRE(loaded.result);
  REQUIRE(loaded.pipeline().stages.size() == 3);
  CHECK(loaded.pipeline().stages[0].name == "a");
  CHECK(loaded.needs("b") == "a");
  CHECK(loaded.needs("c") == "b");
}

TEST_CASE("outputs may be read along any path of needs") {
  const Loaded loaded(
      "stages:\n"
      "  a: {run: x}\n"
      "  g: {parallel: {m: {run: x}}}\n"
      "  b: {needs: [g], run: x}\n"
      "  c: {needs: [b], run: x, env: {X: '${{ stages.a.outputs.v }}', Y: '${{ stages.m.outputs.v "
      "}}'}}\n"
      "  d: {run: x, env: {X: '${{ stages.a.outputs.v }}'}}\n"
      "  e: {needs: [d], run: x, env: {X: '${{ stages.c.outputs.v }}'}}\n");
  INFO(loaded.messages());
  CHECK(loaded.result);
}

TEST_CASE("a long cycle is shown in part") {
  std::string text = "stages:\n";
  for (int i = 0; i < 100; ++i)
    text +=
        "  s" + std::to_string(i) + ": {run: x, needs: [s" + std::to_string((i + 1) % 100) + "]}\n";
  const auto messages = Loaded(text).messages();
  CHECK(messages.starts_with("pipeline.yaml:2 stages need each other: s0 -> s1 -> "));
  CHECK(messages.ends_with(" -> s19 -> ... -> s0\n"));
}

}  // namespace
}  // namespace pipectl
