#include "github_sending.hpp"

using namespace pipectl;
using namespace pipectl::test;

TEST_CASE("workflows are started and events sent", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by(
      "statuses: false, dispatch: [{workflow: e2e.yml, inputs: {suite: full}}, "
      "{event_type: shop-failed, payload: {team: web}, on: failure}, "
      "{workflow: never.yml, branches: release/*}]");
  GitHubSending sending{server};
  StoryTeller good{*notifier};
  good.begin({"unit"});
  good.end(0);
  StoryTeller bad{*notifier};
  bad.begin({"unit"});
  bad.end(1);
  sending.all(*notifier, good.items);
  sending.all(*notifier, bad.items);
  REQUIRE(server.dispatches().size() == 2);
  CHECK(server.dispatches()[0] ==
        Json{{"workflow", "e2e.yml"}, {"ref", "main"}, {"inputs", {{"suite", "full"}}}});
  CHECK(server.dispatches()[1] ==
        Json{{"event_type", "shop-failed"}, {"client_payload", {{"team", "web"}}}});
}

TEST_CASE("nothing is started twice: what was begun without an answer is told", "[github]") {
  const std::string keys = "statuses: false, dispatch: [{workflow: e2e.yml}, {event_type: done}]";
  using Retry = Refusal::Retry;
  const auto notifier = notify_by(keys);
  StoryTeller run{*notifier};
  run.begin({"unit"});
  const auto items = run.end(0);
  REQUIRE(items.size() == 2);
  for (const OutboxItem& item : items) {
    GitHubDouble server;
    GitHubSending sending{server};
    // Before anything was sent: later, as often as it takes.
    server.fail_next(2, 502, "");
    for (int i = 0; i < 2; ++i) CHECK(sending.one(*notifier, item).error().retry == Retry::later);
    // A clear no.
    server.fail_next(1, 403, R"({"message":"You have exceeded a secondary rate limit."})",
                     GitHubDouble::Of::writes);
    CHECK(sending.one(*notifier, item).error().retry == Retry::later);
    // No answer.
    server.fail_next(1, 502, "", GitHubDouble::Of::writes);
    for (int i = 0; i < 2; ++i) {
      const auto lost = sending.one(*notifier, item);
      REQUIRE_FALSE(lost.has_value());
      CHECK(lost.error().retry == Retry::never);
      CHECK(lost.error().error.message.find("in team/shop is not known") != std::string::npos);
    }
    CHECK(server.dispatches().empty());
    // It came, and the pipectl that sent it died before it could note that down.
    sending.memory.kept.clear();
    for (int i = 0; i < 2; ++i) sending.all(*notifier, {item});
    CHECK(server.dispatches().size() == 1);
  }
}

TEST_CASE("after each fault the next try does its work once", "[github]") {
  const std::vector<std::pair<int, std::string>> faults{
      {502, ""}, {403, R"({"message":"You have exceeded a secondary rate limit."})"}, {429, "{}"}};
  for (const auto& [status, body] : faults) {
    GitHubDouble server;
    const auto notifier =
        notify_by("statuses: stages, checks: true, deployments: true, comment: true");
    GitHubSending sending{server};
    StoryTeller run{*notifier, of_pull_request()};
    run.begin({"deploy"});
    run.start("deploy");
    run.finish("deploy", Status::succeeded);
    run.end(0);
    for (const OutboxItem& item : run.items) {
      server.fail_next(1, status, body);
      const auto refused = sending.one(*notifier, item);
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().retry == Refusal::Retry::later);
      sending.all(*notifier, {item});
    }
    CHECK(server.checks().size() == 1);
    CHECK(server.deployments().size() == 1);
    CHECK(server.comments().size() == 1);
  }
}

TEST_CASE("what GitHub refuses is not tried again", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by("statuses: run");
  GitHubSending sending{server};
  StoryTeller run{*notifier};
  const auto item = run.begin({"unit"}).front();
  server.fail_next(1, 422, R"({"message":"No commit found for SHA: 0123"})");
  const auto refused = sending.one(*notifier, item);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().retry == Refusal::Retry::never);
  CHECK(refused.error().error.message.find("No commit found for SHA") != std::string::npos);
  const auto broken = sending.one(*notifier, {"k", "", R"({"do":"status","repository":"../x"})"});
  CHECK_FALSE(broken.has_value());
  const auto unknown = sending.one(*notifier, {"k", "", R"({"do":"dance","repository":"a/b"})"});
  CHECK(unknown.error().retry == Refusal::Retry::never);
}
