#include "core/engine/engine.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <latch>

#include "tests/support/engine_rig.hpp"

using namespace pipectl;
using namespace pipectl::test;

namespace {

/// Waits until somebody cancels the stage.
Outcome until_cancelled(StageContext& context) {
  while (!context.cancel.wait_for(Milliseconds{1'000})) {
  }
  return ending(Status::cancelled, "cancelled");
}

template <class Event>
std::vector<Event> all(const RecordingSink& sink) {
  std::vector<Event> found;
  for (const auto& event : sink.events)
    if (const auto* one = std::get_if<Event>(&event.what)) found.push_back(*one);
  return found;
}

}  // namespace

TEST_CASE("a chain runs in order and every transition is journaled before it is told") {
  EngineRig rig;
  rig.stage("a");
  rig.stage("b", {"a"});
  rig.stage("c", {"b"});
  std::vector<std::string> told_at_append;
  rig.journal.on_append = [&](const store::Transition& transition) {
    if (const auto* ended = std::get_if<store::transition::StageEnded>(&transition)) {
      for (const auto& event : all<event::StageFinished>(rig.sink))
        CHECK(event.stage != ended->stage);
    }
  };
  CHECK(rig.run().exit_code == 0);
  CHECK(rig.story() ==
        std::vector<std::string>{"start a", "end a", "start b", "end b", "start c", "end c"});
  CHECK(all<event::StageFinished>(rig.sink).size() == 3);
  CHECK(std::holds_alternative<event::RunFinished>(rig.sink.events.back().what));
}

TEST_CASE("independent stages run side by side") {
  EngineRig rig;
  std::latch both{2};
  const auto meet = [&](StageContext&) {
    both.arrive_and_wait();
    return Outcome{};
  };
  rig.stage("a", {}, meet);
  rig.stage("b", {}, meet);
  CHECK(rig.run().exit_code == 0);
}

TEST_CASE("after a failure nothing new starts, and what needs it is skipped as upstream") {
  EngineRig rig;
  rig.jobs = 1;
  rig.stage("a", {}, [](StageContext&) { return ending(Status::failed, "exit code 1"); });
  rig.stage("b", {"a"});
  rig.stage("c");
  rig.stage("d").always = true;
  CHECK(rig.run().exit_code == 1);
  CHECK(rig.outcome("b").skip == SkipCause::upstream);
  CHECK(rig.outcome("c").skip == SkipCause::stopped);
  CHECK(rig.status("d") == Status::succeeded);
}

TEST_CASE("with keep-going the independent part goes on") {
  EngineRig rig;
  rig.jobs = 1;
  rig.on_failure = OnFailure::keep_going;
  rig.stage("a", {}, [](StageContext&) { return ending(Status::failed); });
  rig.stage("b", {"a"});
  rig.stage("c");
  CHECK(rig.run().exit_code == 1);
  CHECK(rig.outcome("b").skip == SkipCause::upstream);
  CHECK(rig.status("c") == Status::succeeded);
}

TEST_CASE("a condition that calls failure() runs only after one") {
  EngineRig rig;
  rig.stage("a", {}, [](StageContext&) { return ending(Status::failed); });
  rig.stage("clean", {"a"});
  rig.builder.when("clean", "failure()");
  CHECK(rig.run().exit_code == 1);
  CHECK(rig.status("clean") == Status::succeeded);

  EngineRig good;
  good.stage("a");
  good.stage("clean", {"a"});
  good.builder.when("clean", "failure()");
  CHECK(good.run().exit_code == 0);
  CHECK(good.outcome("clean").skip == SkipCause::condition);
}

TEST_CASE("an allowed failure warns and what needs it goes on") {
  EngineRig rig;
  rig.stage("lint", {}, [](StageContext&) { return ending(Status::failed, "3 warnings"); })
      .allow_failure.always = true;
  rig.stage("test", {"lint"});
  CHECK(rig.run().exit_code == 0);
  CHECK(rig.status("lint") == Status::warned);
  CHECK(rig.status("test") == Status::succeeded);
}

TEST_CASE("a retry runs the stage again and counts its attempts") {
  EngineRig rig;
  std::atomic<int> runs{0};
  auto& retry = rig.stage("flaky", {},
                          [&](StageContext& context) {
                            CHECK(context.attempt == runs + 1);
                            return ++runs < 3 ? ending(Status::failed, "exit code 1") : Outcome{};
                          })
                    .retry;
  retry.max = 5;
  retry.backoff = Milliseconds{0};
  CHECK(rig.run().exit_code == 0);
  CHECK(runs == 3);
  CHECK(rig.outcome("flaky").attempts == 3);
  CHECK(all<event::StageStarted>(rig.sink).size() == 3);
}

TEST_CASE("Ctrl-C once stops what runs in order; always-stages still run") {
  EngineRig rig;
  rig.stage("work", {}, [&](StageContext& context) {
    rig.user.cancel(CancelReason::user);
    return until_cancelled(context);
  });
  rig.stage("next", {"work"});
  std::atomic<bool> cleanup_was_free{false};
  rig.stage("clean", {"work"},
            [&](StageContext& context) {
              cleanup_was_free = !context.cancel.cancelled() && !context.cleanup.cancelled();
              return Outcome{};
            })
      .always = true;
  rig.options.signal = [] { return 2; };
  CHECK(rig.run().exit_code == 130);
  CHECK(rig.status("work") == Status::cancelled);
  CHECK(rig.status("next") == Status::skipped);
  CHECK(rig.status("clean") == Status::succeeded);
  CHECK(cleanup_was_free);
}

TEST_CASE("Ctrl-C twice stops also the always-stages and cleanup") {
  EngineRig rig;
  rig.stage("work", {}, [&](StageContext& context) {
    rig.user.cancel(CancelReason::user);
    return until_cancelled(context);
  });
  rig.stage("clean", {"work"},
            [&](StageContext& context) {
              rig.user.cancel(CancelReason::hard);
              while (!context.cleanup.wait_for(Milliseconds{1'000})) {
              }
              return ending(Status::cancelled);
            })
      .always = true;
  rig.stage("never", {"clean"}).always = true;
  rig.options.signal = [] { return 2; };
  CHECK(rig.run().exit_code == 130);
  CHECK(rig.status("clean") == Status::cancelled);
  CHECK(rig.outcome("never").skip == SkipCause::stopped);
}

TEST_CASE("an append that fails ends the run as infrastructure at every point of it") {
  for (int point = 0;; ++point) {
    EngineRig rig;
    rig.journal.fail_at = point;
    rig.stage("a");
    rig.stage("b", {"a"}, [](StageContext& context) {
      static_cast<void>(context.emit.remember("step", "1"));
      return Outcome{};
    });
    const auto result = rig.run();
    INFO("append " << point);
    if (!result.fatal) {
      CHECK(result.exit_code == 0);
      CHECK(point > 3);
      break;
    }
    CHECK(result.exit_code == 3);
    CHECK(result.fatal->message == "the journal is full");
  }
}

TEST_CASE("a log that cannot be written ends the run as infrastructure and stops what runs") {
  EngineRig rig;
  rig.logs.fail_for = "loud";
  rig.stage("loud", {}, [](StageContext& context) {
    std::string text = "hello\n";
    CHECK(context.emit.offer(Stream::out, text, Milliseconds{1'000}));
    return until_cancelled(context);
  });
  const auto result = rig.run();
  CHECK(result.exit_code == 3);
  REQUIRE(result.fatal);
  CHECK(result.fatal->message.find("no space left") != std::string::npos);
}

TEST_CASE("output is out before the end of its stage, whatever the reader does") {
  EngineRig rig;
  std::atomic<int> asked{0};
  rig.sink.is_congested = [&] { return ++asked % 3 != 0; };  // mostly stalled
  rig.stage("a", {}, [](StageContext& context) {
    for (int line = 0; line < 100; ++line) {
      std::string text = "line " + std::to_string(line) + "\n";
      while (!context.emit.offer(Stream::out, text, Milliseconds{10})) {
      }
    }
    return Outcome{};
  });
  CHECK(rig.run().exit_code == 0);
  CHECK(std::count(rig.logs.text["a"].begin(), rig.logs.text["a"].end(), '\n') == 100);
  bool ended = false;
  for (const auto& event : rig.sink.events) {
    ended = ended || std::holds_alternative<event::StageFinished>(event.what);
    CHECK_FALSE((ended && std::holds_alternative<event::StageOutput>(event.what)));
  }
}

TEST_CASE("outputs reach later stages as expressions and as environment") {
  EngineRig rig;
  rig.stage("build", {}, [](StageContext& context) {
    std::ofstream{context.output_file} << "image-tag=app:1\n";
    return Outcome{};
  });
  auto& use = rig.stage("use", {"build"}, [](StageContext& context) {
    CHECK(context.env.at("PIPECTL_OUT_BUILD_IMAGE_TAG") == "app:1");
    CHECK(context.env.at("TAG") == "app:1!");
    CHECK(context.env.at("PIPECTL_STAGE") == "use");
    return Outcome{};
  });
  Diagnostics diagnostics;
  use.env.push_back(
      {"TAG", *expr::Template::parse("${{ stages.build.outputs.image-tag }}!", {}, diagnostics)});
  CHECK(rig.run().exit_code == 0);
  CHECK(rig.status("use") == Status::succeeded);
}

TEST_CASE("the nearest env wins and -e wins over all") {
  EngineRig rig;
  rig.builder.pipeline().env = {{"A", expr::Template::literal("file")},
                                {"B", expr::Template::literal("file")},
                                {"C", expr::Template::literal("file")}};
  rig.variables = {{"C", "given"}};
  auto& stage = rig.stage("a", {}, [](StageContext& context) {
    CHECK(context.env.at("A") == "file");
    CHECK(context.env.at("B") == "stage");
    CHECK(context.env.at("C") == "given");
    return Outcome{};
  });
  stage.env = {{"B", expr::Template::literal("stage")}, {"C", expr::Template::literal("stage")}};
  CHECK(rig.run().exit_code == 0);
}

TEST_CASE("an exception in a stage's code is a bug of ours, and the run says so") {
  EngineRig rig;
  rig.stage("a", {}, [](StageContext&) -> Outcome { throw std::runtime_error{"oops"}; });
  CHECK(rig.run().exit_code == 70);
  CHECK(rig.status("a") == Status::bug);
  CHECK(rig.outcome("a").reason.find("oops") != std::string::npos);
}

TEST_CASE("a resumed run keeps what had ended and runs the rest") {
  EngineRig rig;
  std::atomic<int> runs{0};
  rig.stage("a", {}, [&](StageContext&) {
    ++runs;
    return Outcome{};
  });
  rig.stage("b", {"a"}, [&](StageContext& context) {
    ++runs;
    CHECK(context.env.at("PIPECTL_OUT_A_KEY") == "kept");
    CHECK(context.remembered.at("step") == "applied");
    return Outcome{};
  });
  Outcome kept;
  kept.outputs["key"] = "kept";
  rig.options.ended = {kept, std::nullopt};
  rig.options.notes = {{}, {{"step", "applied"}}};
  rig.options.resumed = true;
  CHECK(rig.run().exit_code == 0);
  CHECK(runs == 1);
  CHECK(rig.story() == std::vector<std::string>{"start b", "end b"});
}

TEST_CASE("a program that is required and absent skips the stage, or fails it where it is needed") {
  EngineRig rig;
  rig.on_failure = OnFailure::keep_going;
  rig.stage("soft").requirements = {{"no-such-program", Presence::skip}};
  rig.stage("after", {"soft"});
  rig.stage("hard").requirements = {{"no-such-program", Presence::required}};
  CHECK(rig.run().exit_code == 1);
  CHECK(rig.outcome("soft").skip == SkipCause::requirement);
  CHECK(rig.outcome("soft").reason == "requires no-such-program, which is not in PATH");
  CHECK(rig.status("after") == Status::succeeded);
  CHECK(rig.status("hard") == Status::failed);
}
