// Strategies are lists of steps: what is done, in which order, and what takes it back.
#include <catch2/catch_test_macros.hpp>

#include "core/base/text.hpp"
#include "stages/deploy/deploy_walk.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using namespace pipectl::stages;
using pipectl::test::StageBench;

namespace {

using Strings = std::vector<std::string>;

constexpr DeployAbilities all{.beside = true, .settles = true, .records = true};

/// The strategy of this name with these settings, or null (reported).
std::unique_ptr<DeployStrategy> strategy(StageBench& bench, const std::string& name,
                                         const std::string& settings) {
  const DeployStrategyKind* const kind = bench.registry.deploy_strategy(name);
  REQUIRE(kind != nullptr);
  const ParseContext context{bench.spec, bench.names, bench.registry, bench.diagnostics};
  return kind->parse(settings.empty() ? std::nullopt : std::optional{bench.node(settings)},
                     context);
}

std::vector<DeployStep> steps(const std::string& name, const std::string& settings,
                              const DeployAbilities& abilities = all) {
  StageBench bench;
  const auto made = strategy(bench, name, settings);
  INFO(bench.problems());
  REQUIRE(made != nullptr);
  REQUIRE(bench.diagnostics.error_count() == 0);
  return made->steps(abilities);
}

Strings described(const std::vector<DeployStep>& steps) {
  Strings texts;
  for (const DeployStep& step : steps) {
    std::string text = describe(step);
    if (step.undo != DeployStep::Undo::none) text += " / " + describe(step.undo);
    if (step.time.count() > 0 && step.deed != DeployStep::Deed::pause)
      text += " in " + human_duration(step.time);
    texts.push_back(text);
  }
  return texts;
}

Strings undone_after(const std::vector<DeployStep>& steps, std::size_t last) {
  Strings texts;
  for (const UndoDeed& deed : undo_deeds(steps, last)) texts.push_back(describe(deed.undo));
  return texts;
}

}  // namespace

TEST_CASE("rolling replaces in place") {
  CHECK(described(steps("rolling", "")) ==
        Strings{"apply / restore", "settle in 5m00s", "health", "record", "retire"});
  CHECK(described(steps("rolling", "{deadline: 30s}")).at(1) == "settle in 30.0s");
  const auto first = steps("rolling", "{max_surge: 25%, max_unavailable: 0}").front();
  CHECK(first.surge == "25%");
  CHECK(first.unavailable == "0");
}

TEST_CASE("a target that neither settles nor records is applied and looked at") {
  CHECK(described(steps("rolling", "", {})) == Strings{"apply / restore", "health"});
}

TEST_CASE("blue-green shifts once, and keeps the old set until the end") {
  CHECK(described(steps("blue-green", "{deadline: 1m}")) ==
        Strings{"apply beside / remove", "settle in 1m00s", "shift 100% / shift back in 1m00s",
                "health", "record", "retire"});
  CHECK(described(steps("blue-green", "{hold: 10s}")) ==
        Strings{"apply beside / remove", "settle in 5m00s", "shift 100% / shift back in 5m00s",
                "health", "pause 10.0s", "health", "record", "retire"});
}

TEST_CASE("a canary grows step by step, then takes the place of the old one") {
  CHECK(described(steps("canary", "{steps: [10%, 100%], pause: 5s, deadline: 1m}")) ==
        Strings{"apply beside / remove", "shift 10% / shift back in 1m00s", "pause 5.0s",
                "shift 100% / shift back in 1m00s", "pause 5.0s", "health", "apply / restore",
                "settle in 1m00s", "record", "retire"});
}

TEST_CASE("a canary is measured after each step, when it has had its traffic") {
  const auto list = steps("canary",
                          "{steps: [10%, 100%], pause: 5s, analyse: [{http: 'http://app/', "
                          "gate: {error_rate: '< 1%'}}]}");
  CHECK(described(list) == Strings{"apply beside / remove", "shift 10% / shift back in 5m00s",
                                   "pause 5.0s", "analyse", "shift 100% / shift back in 5m00s",
                                   "pause 5.0s", "analyse", "health", "apply / restore",
                                   "settle in 5m00s", "record", "retire"});
  CHECK(undone_after(list, 3) == Strings{"shift back", "remove"});
}

TEST_CASE("what had begun is undone, the latest first, each thing once") {
  const auto canary = steps("canary", "{steps: [10%, 50%, 100%]}");
  CHECK(undone_after(canary, 0) == Strings{"remove"});
  CHECK(undone_after(canary, 2) == Strings{"shift back", "remove"});
  CHECK(undone_after(canary, 5) == Strings{"restore", "shift back", "remove"});
  CHECK(undone_after(steps("rolling", ""), 2) == Strings{"restore"});
  CHECK(undone_after(steps("blue-green", ""), 1) == Strings{"remove"});
}

TEST_CASE("settings that cannot be are reported") {
  struct Bad {
    std::string name, settings, message;
  };
  for (const auto& [name, settings, message] :
       {Bad{"canary", "{steps: [50%, 10%]}", "must rise"},
        Bad{"canary", "{steps: [0%]}", "is no share of the traffic"},
        Bad{"canary", "{steps: [101]}", "is no share of the traffic"},
        Bad{"canary", "{step: [10%]}", "unknown key 'step'"},
        Bad{"canary", "{analyse: {http: x}}", "`analyse` must be a list"},
        Bad{"canary", "{analyse: [{http: 'http://app/', gate: {p95: '< 1%'}}]}",
            "cannot be compared"},
        Bad{"canary", "{analyse: [{prometheus: 'http://p', gate: {value: '< 1'}}]}",
            "needs a `query`"},
        Bad{"rolling", "{max_surge: many}", "is no number of instances"},
        Bad{"blue-green", "{hold: long}", "hold"}}) {
    CAPTURE(name, settings);
    StageBench bench;
    static_cast<void>(strategy(bench, name, settings));
    CHECK(bench.problems().find(message) != std::string::npos);
  }
}
