#include "cli/sinks/quiet.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/engine_rig.hpp"

using namespace pipectl;

namespace {

template <class Event>
RunEvent made(Event event) {
  return {"run", {}, std::move(event)};
}

}  // namespace

TEST_CASE("quiet drops what good stages print and keeps how they end") {
  test::RecordingSink sink;
  cli::QuietSink quiet{sink};
  quiet.on_event(made(event::StageNote{"a", "$ make"}));
  quiet.on_event(made(event::StageOutput{"a", Stream::out, "built\n"}));
  quiet.on_event(made(event::StageFinished{"a", {}}));
  REQUIRE(sink.events.size() == 1);
  CHECK(std::holds_alternative<event::StageFinished>(sink.events[0].what));
}

TEST_CASE("quiet gives back the last lines of a stage that fails, before its end") {
  test::RecordingSink sink;
  cli::QuietSink quiet{sink};
  for (int line = 0; line < 10'000; ++line)
    quiet.on_event(
        made(event::StageOutput{"a", Stream::out, "line " + std::to_string(line) + "\n"}));
  quiet.on_event(made(event::StageOutput{"b", Stream::out, "other\n"}));
  quiet.on_event(made(event::StageFinished{"a", test::ending(Status::failed)}));
  REQUIRE(sink.events.size() == 2);
  const auto* tail = std::get_if<event::StageOutput>(&sink.events[0].what);
  REQUIRE(tail != nullptr);
  CHECK(tail->text.ends_with("line 9999\n"));
  CHECK(tail->text.size() <= (std::size_t{48} << 10U));
}

TEST_CASE("quiet gives back what the last attempt printed") {
  test::RecordingSink sink;
  cli::QuietSink quiet{sink};
  quiet.on_event(made(event::StageStarted{"a", 1}));
  quiet.on_event(made(event::StageOutput{"a", Stream::out, "first\n"}));
  quiet.on_event(made(event::StageStarted{"a", 2}));
  quiet.on_event(made(event::StageOutput{"a", Stream::out, "second\n"}));
  quiet.on_event(made(event::StageFinished{"a", test::ending(Status::failed)}));
  REQUIRE(sink.events.size() == 4);
  const auto* tail = std::get_if<event::StageOutput>(&sink.events[2].what);
  REQUIRE(tail != nullptr);
  CHECK(tail->text == "second\n");
}
