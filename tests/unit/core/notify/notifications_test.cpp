#include "core/notify/notifications.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <future>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::notify;
using namespace std::chrono_literals;

namespace {

/// One post for the start and the end of a run, one state for each stage.
class Telling final : public Notifier {
 public:
  [[nodiscard]] std::vector<std::string> secrets() const override { return {}; }
  [[nodiscard]] std::vector<OutboxItem> on(const RunEvent& event,
                                           const RunStory& story) const override {
    if (const auto* done = std::get_if<event::StageFinished>(&event.what))
      return {{"stage/" + done->stage, "stage/" + done->stage, done->outcome.reason}};
    if (std::holds_alternative<event::RunStarted>(event.what))
      return {{"start", "", story.origin().git.sha}};
    if (std::holds_alternative<event::RunFinished>(event.what))
      return {{"end", "", story.summary()}};
    return {};
  }
  [[nodiscard]] Attempt<> deliver(const OutboxItem& item, Delivery&) const override {
    const std::lock_guard lock{mutex_};
    if (down) return refuse(Refusal::Retry::later, "down");
    told.push_back(item.key + "=" + item.payload);
    return {};
  }
  bool down{false};
  mutable std::vector<std::string> told;

 private:
  mutable std::mutex mutex_;
};

class NoHttp final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest&, const CancelToken&) override {
    return fail(Fault::bug, "nobody should ask");
  }
};

struct Rig {
  test::TempFolder folder;
  Telling notifier;
  NoHttp http;
  SystemClock clock;
  Redactor redactor;

  OpenOutbox open{[this] { return store::Outbox::open(folder.path(), "/p/pipeline.yaml"); }};

  std::unique_ptr<Notifications> notifications(const std::string& run = "r1") {
    RunOrigin origin;
    origin.id = run;
    return std::make_unique<Notifications>(NotificationParts{
        std::move(origin),
        {{"slack", &notifier}},
        {"slack"},
        open,
        http,
        clock,
        redactor,
        [](const auto&, const auto&, const auto&) { return Result<EnvMap>{EnvMap{}}; },
        {{5ms, 20ms}, 4, 24h}});
  }
  static void tell(Notifications& to, decltype(RunEvent::what) what) {
    to.on_event({"r1", std::chrono::system_clock::now(), std::move(what)});
  }
};

event::StageFinished finished(std::string stage, std::string reason) {
  Outcome outcome;
  outcome.reason = std::move(reason);
  return {std::move(stage), std::move(outcome)};
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a run is told from its start to its end, with the commit that was checked out",
          "[notifications]") {
  Rig rig;
  const auto one = rig.notifications();
  GitInfo git;
  git.sha = "0123";
  one->learn(git);
  rig.tell(*one, event::RunStarted{"p", "manual", "", "", {{"unit", "", "", {}}}, false});
  rig.tell(*one, event::StageOutput{"unit", Stream::out, "much"});
  rig.tell(*one, finished("unit", "fine"));
  rig.tell(*one, event::RunFinished{0, 1s, ""});
  one->settle();
  CHECK(one->drain(std::chrono::steady_clock::now() + 60s, {}));
  CHECK(one->close().empty());
  CHECK(rig.notifier.told == Lines{"start=0123", "stage/unit=fine", "end=1 passed"});
}

TEST_CASE("what could not be told is told by the next run, before its own", "[notifications]") {
  Rig rig;
  rig.notifier.down = true;
  {
    const auto one = rig.notifications();
    rig.tell(*one, event::RunStarted{"p", "manual", "", "a", {}, false});
    one->settle();
    const auto left = one->close();
    REQUIRE(left.size() == 1);
    CHECK(left.front().find("1 post is not sent yet") != std::string::npos);
  }
  rig.notifier.down = false;
  const auto other = rig.notifications("r2");
  rig.tell(*other, event::RunStarted{"p", "manual", "", "b", {}, false});
  other->settle();
  CHECK(other->drain(std::chrono::steady_clock::now() + 60s, {}));
  CHECK(other->close().empty());
  CHECK(rig.notifier.told == Lines{"start=a", "start=b"});
}

TEST_CASE("nobody waits for the outbox", "[notifications]") {
  Rig rig;
  std::promise<void> unlocked;
  rig.open = [real = rig.open, &unlocked] {
    unlocked.get_future().wait();
    return real();
  };
  const auto one = rig.notifications();
  rig.tell(*one, event::RunStarted{"p", "manual", "", "a", {}, false});
  rig.tell(*one, finished("unit", "fine"));
  CHECK(rig.notifier.told.empty());
  unlocked.set_value();
  one->settle();
  CHECK(one->drain(std::chrono::steady_clock::now() + 60s, {}));
  CHECK(one->close().empty());
  CHECK(rig.notifier.told == Lines{"start=a", "stage/unit=fine"});
}

TEST_CASE("an outbox that cannot be opened is asked for again", "[notifications]") {
  Rig rig;
  std::atomic<int> refusals{0};
  int most = 1;
  rig.open = [real = rig.open, &refusals, &most]() -> Result<std::unique_ptr<store::Outbox>> {
    if (refusals == most) return real();
    ++refusals;
    refusals.notify_all();
    return fail(Fault::infrastructure, "it is locked");
  };
  SECTION("until there is nothing more to tell") {
    const auto one = rig.notifications();
    refusals.wait(0);
    rig.tell(*one, event::RunStarted{"p", "manual", "", "a", {}, false});
    one->settle();
    CHECK(one->drain(std::chrono::steady_clock::now() + 60s, {}));
    CHECK(one->close().empty());
    CHECK(rig.notifier.told == Lines{"start=a"});
  }
  SECTION("no longer") {
    most = 100;
    const auto one = rig.notifications();
    rig.tell(*one, event::RunStarted{"p", "manual", "", "a", {}, false});
    one->settle();
    CHECK_FALSE(one->drain(std::chrono::steady_clock::now() + 60s, {}));
    CHECK(one->close() == Lines{"it is locked; nobody is told of this run"});
  }
}

TEST_CASE("what waited for too long is dropped, what nobody asks for any more is said",
          "[notifications]") {
  Rig rig;
  const auto outbox = *rig.open();
  const auto now = rig.clock.wall();
  const auto put = [&](const std::string& target, const std::string& key, WallTime at) {
    REQUIRE(outbox->store(std::vector{store::NewPost{target, "r0", key, "", "{}"}}, at));
  };
  put("slack", "a", now);
  put("gone", "a", now);
  CHECK(look_after(*outbox, {"slack", "gone"}, now).empty());
  CHECK(
      look_after(*outbox, {"slack"}, now) ==
      Lines{"1 post for 'gone' waits and `notify` has no such entry any more: with it again it is "
            "sent, without it dropped after 30 days"});
  put("gone", "b", now - kept_for - 1h);
  CHECK(look_after(*outbox, {"slack", "gone"}, now) ==
        Lines{"1 post older than 30 days was dropped, not sent"});
  put("slack", "c", now + 2h);
  CHECK(
      look_after(*outbox, {}, now + kept_for + 1h) ==
      Lines{"2 posts older than 30 days were dropped, not sent",
            "1 post for 'slack' waits and `notify` has no such entry any more: with it again it is "
            "sent, without it dropped after 30 days"});
}

TEST_CASE("secrets do not get into what is stored", "[notifications]") {
  Rig rig;
  REQUIRE(rig.redactor.add("X", "s3cr3t-value").has_value());
  const auto one = rig.notifications();
  rig.tell(*one, event::RunStarted{"p", "manual", "", "", {{"unit", "", "", {}}}, false});
  rig.tell(*one, finished("unit", "it said s3cr3t-value"));
  one->settle();
  CHECK(one->drain(std::chrono::steady_clock::now() + 60s, {}));
  static_cast<void>(one->close());
  REQUIRE(rig.notifier.told.size() == 2);
  CHECK(rig.notifier.told.back() == "stage/unit=it said ***");
}

TEST_CASE("of what is overtaken before it is stored nothing is left", "[notifications]") {
  std::vector<store::NewPost> posts{
      {"slack", "r", "unit", "unit", "1"},  {"slack", "r", "lint", "lint", "2"},
      {"github", "r", "unit", "unit", "3"}, {"slack", "r", "unit", "unit", "4"},
      {"slack", "r", "note", "", "5"},      {"slack", "r", "note", "", "6"}};
  drop_superseded(posts);
  std::string left;
  for (const auto& post : posts) left += post.payload;
  CHECK(left == "42356");
}
