#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "core/base/http_curl.hpp"
#include "plugins/slack/blocks.hpp"
#include "plugins/slack/send.hpp"
#include "tests/support/notify_bench.hpp"
#include "tests/support/slack_double.hpp"

using namespace pipectl;
using namespace pipectl::test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr const char* by_webhook =
    "{webhook: HOOK, on: [start, failure, success, recovery, approval, alert]}";
std::string by_bot(const SlackDouble& slack, const std::string& on) {
  return "{token: TOKEN, channel: '#deploys', api_url: '" + slack.api() + "', on: " + on + "}";
}
constexpr const char* everything = "[start, failure, success, recovery, approval, alert]";

/// Delivers items to a Slack that refuses what Slack refuses.
class Sending {
 public:
  explicit Sending(const SlackDouble& slack)
      : secrets_{{"HOOK", slack.webhook()}, {"TOKEN", SlackDouble::token}} {}

  Attempt<> one(const Notifier& notifier, const OutboxItem& item) {
    Delivery delivery{*http_, clock_, {}, {}, secrets_, memory};
    return notifier.deliver(item, delivery);
  }
  void all(const Notifier& notifier, const std::vector<OutboxItem>& items) {
    for (const OutboxItem& item : items) {
      const auto sent = one(notifier, item);
      INFO((sent ? "" : sent.error().error.message));
      CHECK(sent.has_value());
    }
  }
  PlainMemory memory;

 private:
  std::unique_ptr<HttpClient> http_{make_curl_http_client({})};
  FixedClock clock_;
  EnvMap secrets_;
};

std::vector<std::string> many(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("stage-" + std::to_string(i));
  return names;
}

std::string text_of(const OutboxItem& item) {
  return Json::parse(item.payload).value("text", std::string{});
}

}  // namespace

TEST_CASE("an incoming webhook gets one message at the start and one at the end", "[slack]") {
  const auto notifier = notifier_from("slack", by_webhook);
  StoryTeller run{*notifier};
  CHECK(run.begin({"unit", "lint"}).size() == 1);
  CHECK(run.start("unit").empty());
  CHECK(run.finish("unit", Status::failed, "exit code 1").empty());
  CHECK(run.finish("lint", Status::succeeded).empty());
  const auto end = run.end(1);
  REQUIRE(end.size() == 1);
  CHECK(end.front().supersedes.empty());
  CHECK(text_of(end.front()) == "❌ shop #12 failed on main: 1 passed · 1 failed: unit");
  const Json content = Json::parse(end.front().payload);
  CHECK(content["blocks"][0]["text"]["text"] ==
        "❌ *<https://ci.example.com/runs/12|shop #12>* failed on `main` · 4m05s");
  CHECK(content["blocks"][1]["elements"][0]["text"] == "`0123456` fix: the total — Ada Lovelace");
  CHECK(content["blocks"].back()["text"]["text"] == "❌ *unit* failed: exit code 1");
}

TEST_CASE("only what is asked for is told", "[slack]") {
  const auto failures = notifier_from("slack", "{webhook: HOOK, on: failure, branches: main}");
  StoryTeller good{*failures};
  good.begin({"unit"});
  good.finish("unit", Status::succeeded);
  good.end(0);
  CHECK(good.items.empty());
  auto elsewhere = StoryTeller::plain_origin();
  elsewhere.git.branch = "feature/x";
  StoryTeller other{*failures, elsewhere};
  other.begin({"unit"});
  other.end(1);
  CHECK(other.items.empty());
}

TEST_CASE("a run that passes after one that failed is a recovery, and a success too", "[slack]") {
  for (const auto* const on : {"recovery", "success"}) {
    const auto notifier = notifier_from("slack", std::string("{webhook: HOOK, on: ") + on + "}");
    auto origin = StoryTeller::plain_origin();
    origin.before = RunOrigin::Before::failed;
    StoryTeller run{*notifier, origin};
    run.begin({"unit"});
    const auto end = run.end(0);
    REQUIRE(end.size() == 1);
    CHECK(text_of(end.front()).find("is back to normal") != std::string::npos);
    origin.before = RunOrigin::Before::succeeded;
    StoryTeller usual{*notifier, origin};
    usual.begin({"unit"});
    CHECK(usual.end(0).size() == (std::string_view(on) == "success" ? 1U : 0U));
  }
}

TEST_CASE("approvals come with the command that gives them; alerts with what happened", "[slack]") {
  const auto notifier = notifier_from("slack", by_webhook);
  StoryTeller run{*notifier};
  run.begin({"deploy", "live"});
  Outcome waiting;
  waiting.status = Status::waiting;
  waiting.reason = "production wants an approval";
  waiting.hint = "pipectl approve 20261120-155201-3f9a live";
  const auto asked = run.tell(event::StageFinished{"live", waiting});
  REQUIRE(asked.size() == 1);
  CHECK(asked.front().payload.find("`pipectl approve 20261120-155201-3f9a live`") !=
        std::string::npos);
  const auto undone = run.finish("deploy", Status::rolled_back, "503, want 200");
  REQUIRE(undone.size() == 1);
  CHECK(text_of(undone.front()) == "⚠️ shop #12: deploy was undone: 503, want 200");
  CHECK(run.tell(event::Warning{"the disk is nearly full"}).size() == 1);
  CHECK(run.end(4).empty());
}

TEST_CASE("mentions follow their rules", "[slack]") {
  const auto notifier = notifier_from(
      "slack",
      "{webhook: HOOK, on: [failure, success], mentions: [{who: ['@here', U012AB3CD], on: failure, "
      "branches: main}, {who: S0614TZR7, on: [failure, success]}]}");
  StoryTeller run{*notifier};
  run.begin({"unit"});
  CHECK(text_of(run.end(1).front()).starts_with("<!here> <@U012AB3CD> <!subteam^S0614TZR7> ❌"));
  CHECK(text_of(run.end(0).front()).starts_with("<!subteam^S0614TZR7> ✅"));
}

TEST_CASE("nobody can call people by a commit message or a stage's words", "[slack]") {
  const auto notifier = notifier_from("slack", by_webhook);
  auto origin = StoryTeller::plain_origin();
  origin.git.message = "<!channel> & <@U012AB3CD> \x1b[31mred";
  origin.git.branch = "<!here>";
  StoryTeller run{*notifier, origin};
  run.begin({"unit"});
  run.finish("unit", Status::failed, "<!everyone> ```");
  run.end(1);
  for (const OutboxItem& item : run.items) {
    CHECK(item.payload.find("<!") == std::string::npos);
    CHECK(item.payload.find("<@") == std::string::npos);
    CHECK(item.payload.find("\\u001b") == std::string::npos);
  }
}

TEST_CASE("a bot has one message for the run, changed in place, and a thread", "[slack]") {
  SlackDouble slack;
  const auto notifier = notifier_from("slack", by_bot(slack, everything));
  Sending sending{slack};
  StoryTeller run{*notifier};
  sending.all(*notifier, run.begin({"unit", "lint"}));
  sending.all(*notifier, run.finish("unit", Status::failed, "exit code 1"));
  sending.all(*notifier, run.finish("lint", Status::succeeded));
  sending.all(*notifier, run.end(1));
  CHECK(slack.errors().empty());
  const auto messages = slack.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].changed == 3);
  CHECK(messages[0].content["text"] == "❌ shop #12 failed on main: 1 passed · 1 failed: unit");
  CHECK(messages[1].thread == "1503435956.100000");
  CHECK(messages[1].content.dump().find("last words of unit") != std::string::npos);
}

TEST_CASE("states that are overtaken before they are sent need not be sent", "[slack]") {
  SlackDouble slack;
  const auto notifier = notifier_from("slack", by_bot(slack, everything));
  StoryTeller run{*notifier};
  const auto begun = run.begin({"unit"});
  const auto end = run.end(0);
  REQUIRE(begun.size() == 1);
  REQUIRE(end.size() == 1);
  CHECK(end.front().supersedes == begun.front().key);
  Sending sending{slack};
  sending.all(*notifier, end);
  REQUIRE(slack.messages().size() == 1);
  CHECK(slack.messages()[0].changed == 0);
}

TEST_CASE("a message that somebody deleted is written anew; a reply is sent once", "[slack]") {
  SlackDouble slack;
  const auto notifier = notifier_from("slack", by_bot(slack, everything));
  Sending sending{slack};
  StoryTeller run{*notifier};
  run.begin({"unit"});
  const auto failed = run.finish("unit", Status::failed, "exit code 1");
  sending.memory.remember("message/20261120-155201-3f9a", "C012AB3CD 1.5");
  sending.all(*notifier, failed);
  sending.all(*notifier, failed);
  CHECK(slack.errors() == std::vector<std::string>{"message_not_found"});
  CHECK(slack.messages().size() == 2);
}

TEST_CASE("Slack's limits hold for a run of 300 stages that all fail with long reasons",
          "[slack]") {
  SlackDouble slack;
  const auto names = many(300);
  for (const std::string& yaml : {std::string(by_webhook), by_bot(slack, everything)}) {
    const auto notifier = notifier_from("slack", yaml);
    auto origin = StoryTeller::plain_origin();
    origin.log_tail = [](const std::string&) { return std::string(20'000, '&') + "\n```\n"; };
    StoryTeller run{*notifier, origin};
    run.begin(names);
    for (const auto& name : names) {
      std::string reason;
      for (int i = 0; i < 1'000; ++i) reason += "😀<é>";
      run.finish(name, Status::failed, reason);
    }
    run.end(1);
    CHECK(run.items.size() >= 2);
    for (const OutboxItem& item : run.items) {
      INFO(item.payload.substr(0, 300));
      CHECK(complaint_about(Json::parse(item.payload)) == "");
    }
    Sending sending{slack};
    sending.all(*notifier, {run.items.front(), run.items.back()});
    CHECK(run.items.back().payload.find("more\"") != std::string::npos);
  }
  CHECK(slack.errors().empty());
}

TEST_CASE("while a run of many stages goes on its message does not change all the time",
          "[slack]") {
  SlackDouble slack;
  const auto names = many(1'000);
  const auto notifier = notifier_from("slack", by_bot(slack, "[start, success]"));
  StoryTeller run{*notifier};
  run.begin(names);
  for (const auto& name : names) run.finish(name, Status::succeeded);
  run.end(0);
  CHECK(run.items.size() < 50);
}

TEST_CASE("429 is waited out, a wrong token is not tried again", "[slack]") {
  SlackDouble slack;
  Sending sending{slack};
  for (const std::string& yaml : {std::string(by_webhook), by_bot(slack, everything)}) {
    const auto notifier = notifier_from("slack", yaml);
    StoryTeller run{*notifier};
    const auto item = run.begin({"unit"}).front();
    slack.limit(1, 30);
    const auto limited = sending.one(*notifier, item);
    REQUIRE_FALSE(limited.has_value());
    CHECK(limited.error().retry == Refusal::Retry::later);
    CHECK(limited.error().wait == 30s);
    CHECK(sending.one(*notifier, item).has_value());
  }
  const auto http = make_curl_http_client({});
  const FixedClock clock;
  PlainMemory memory;
  const EnvMap none;
  Delivery delivery{*http, clock, {}, none, none, memory};
  const notifiers::slack::Bot wrong{slack.api(), "xoxb-wrong", "#deploys"};
  const auto refused =
      notifiers::slack::send_as_bot(wrong, "message/r", {{"text", "hello"}}, delivery);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().retry == Refusal::Retry::never);
  CHECK(refused.error().error.message == "slack: chat.postMessage: invalid_auth");
  CHECK(refused.error().error.hint == "the token is wrong or no longer valid");
}
