#include <catch2/catch_test_macros.hpp>

#include "tests/unit/core/config/load_fixture.hpp"

// What may be put into the text of a command: what the file itself fixes.

namespace pipectl {
namespace {

using test::Loaded;

TEST_CASE("what the command line sets comes from outside, whatever the file says") {
  constexpr std::string_view text =
      "env: {A: x}\nstages: {a: {env: {B: y}, run: 'echo ${{ env.A }} ${{ env.B }}'}}\n";
  CHECK(Loaded(text).result);
  CHECK(Loaded(text, {"A"}).messages() ==
        "pipeline.yaml:2 `env.A` comes from outside and may not be put into a command text | use "
        "\"$A\"\n");
  CHECK_FALSE(Loaded(text, {"B"}).result);
  // A name that only the command line knows is known.
  CHECK(Loaded("stages: {a: {run: x, env: {B: '${{ env.C }}'}}}\n", {"C"}).result);
  CHECK_FALSE(Loaded("stages: {a: {run: x, env: {B: '${{ env.C }}'}}}\n").result);
}

TEST_CASE("values of a file of variables come from outside") {
  auto folder = std::make_unique<test::TempFolder>();
  folder->write("x.env", "A=1\nB=2\n");
  const Loaded loaded(std::move(folder),
                      "env_file: x.env\nenv: {B: own}\n"
                      "stages: {a: {run: 'echo ${{ env.A }} ${{ env.B }}'}}\n");
  CHECK(loaded.messages() ==
        "pipeline.yaml:3 `env.A` comes from outside and may not be put into a command text | use "
        "\"$A\"\n");
}

TEST_CASE("a nearer literal takes the place of a value from outside, and the other way round") {
  CHECK(Loaded("env: {A: '${{ branch }}'}\nstages: {a: {env: {A: x}, run: 'echo ${{ env.A }}'}}\n")
            .result);
  CHECK_FALSE(
      Loaded("env: {A: x}\nstages: {a: {env: {A: '${{ branch }}'}, run: 'echo ${{ env.A }}'}}\n")
          .result);
  // A stage that names no environment may get any from the command line.
  constexpr std::string_view two =
      "environments: {p: {env: {A: '${{ branch }}'}}, q: {env: {A: y}}}\nenv: {A: x}\n"
      "stages: {a: {run: 'echo ${{ env.A }}'ENVIRONMENT}}\n";
  const auto with = [&](std::string_view environment) {
    std::string text(two);
    return text.replace(text.find("ENVIRONMENT"), 11, environment);
  };
  CHECK_FALSE(Loaded(with("")).result);
  CHECK_FALSE(Loaded(with(", environment: p")).result);
  CHECK(Loaded(with(", environment: q")).result);
}

TEST_CASE("a value may read itself in an outer layer") {
  const Loaded loaded(
      "env: {A: x}\nstages: {a: {env: {A: '${{ env.A }}y'}, run: 'echo ${{ env.A }}'}}\n");
  INFO(loaded.messages());
  CHECK(loaded.result);
}

}  // namespace
}  // namespace pipectl
