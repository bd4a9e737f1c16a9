#include "core/model/pipeline.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/model/run_event.hpp"

using namespace pipectl;

namespace {

Pipeline sample() {
  Pipeline pipeline;
  for (const auto* name : {"unit", "lint", "build"}) {
    pipeline.stages.emplace_back();
    pipeline.stages.back().name = name;
  }
  pipeline.groups.push_back({"quality", {"unit", "lint"}, {}});
  pipeline.environments.emplace_back().name = "staging";
  pipeline.secrets.emplace_back().name = "TOKEN";
  return pipeline;
}

void check_look_ups(const Pipeline& pipeline) {
  for (const auto& stage : pipeline.stages) CHECK(pipeline.stage(stage.name) == &stage);
  CHECK(pipeline.stage("quality") == nullptr);
  CHECK(pipeline.stage("") == nullptr);
  CHECK(pipeline.stage("zzz") == nullptr);
  CHECK(pipeline.group("quality") == &pipeline.groups[0]);
  CHECK(pipeline.group("unit") == nullptr);
  CHECK(pipeline.environment("staging") == &pipeline.environments[0]);
  CHECK(pipeline.environment("production") == nullptr);
  CHECK(pipeline.secret("TOKEN") == &pipeline.secrets[0]);
  CHECK(pipeline.secret("token") == nullptr);
}

class CountingSink : public EventSink {
 public:
  void on_event(const RunEvent&) noexcept override { ++events; }
  [[nodiscard]] bool congested() const noexcept override { return full; }
  bool finish(SteadyTime) noexcept override { return ++finished > 0; }
  int events{0};
  int finished{0};
  bool full{false};
};

}  // namespace

TEST_CASE("look-ups work without an index, with one, and after a move", "[pipeline]") {
  Pipeline pipeline = sample();
  check_look_ups(pipeline);
  pipeline.index();
  check_look_ups(pipeline);
  const Pipeline moved = std::move(pipeline);
  check_look_ups(moved);
}

TEST_CASE("an index that is too old is not trusted", "[pipeline]") {
  Pipeline pipeline = sample();
  pipeline.index();
  pipeline.stages.emplace_back().name = "deploy";
  check_look_ups(pipeline);
}

TEST_CASE("event kinds are read back", "[pipeline]") {
  for (const auto kind :
       {EventKind::manual, EventKind::push, EventKind::pull_request, EventKind::tag})
    CHECK(parse_event_kind(to_string(kind)) == kind);
  CHECK(parse_event_kind("pull-request") == std::nullopt);
}

TEST_CASE("a fan-out tells every sink and is as slow as the slowest", "[pipeline]") {
  CountingSink first;
  CountingSink second;
  FanOut both({&first, &second});
  both.on_event({});
  both.on_event({});
  CHECK(first.events == 2);
  CHECK(second.events == 2);
  CHECK_FALSE(both.congested());
  second.full = true;
  CHECK(both.congested());
  both.finish({});
  CHECK(first.finished + second.finished == 2);
  CHECK_FALSE(FanOut({}).congested());
}
