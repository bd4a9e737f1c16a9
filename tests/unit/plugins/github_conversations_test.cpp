#include "github_sending.hpp"

using namespace pipectl;
using namespace pipectl::test;

TEST_CASE("a pull request has one comment, found again by its mark", "[github]") {
  GitHubDouble server;
  for (const auto* const body : {"first!", "<!-- pipectl:other:shop -->\nhello", "third"})
    server.add_comment({{"body", body}, {"issue", 7}});
  const auto notifier = notify_by("statuses: false, comment: true");
  GitHubSending sending{server};
  StoryTeller run{*notifier, of_pull_request()};
  sending.all_twice(*notifier, run.begin({"unit"}));
  run.finish("unit", Status::failed, "`rm -rf` @team #1 | <b>");
  sending.all_twice(*notifier, run.end(1));
  REQUIRE(server.comments().size() == 4);
  const auto body = server.comments().back()["body"].get<std::string>();
  CHECK(body.starts_with("<!-- pipectl:pipectl:shop -->\n### shop failed in 4m05s"));
  CHECK(body.find("\\`rm -rf\\` &#64;team &#35;1 \\| &lt;b&gt;") != std::string::npos);
  CHECK(server.comments()[0]["body"] == "first!");
}

TEST_CASE("a comment that was deleted is written anew", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by("statuses: false, comment: true");
  GitHubSending sending{server};
  sending.memory.remember("comment/7", "12345");
  StoryTeller run{*notifier, of_pull_request()};
  sending.all(*notifier, run.begin({"unit"}));
  CHECK(server.comments().size() == 1);
  CHECK(sending.memory.recall("comment/7") == "0");
}

TEST_CASE("a deployment is made once, and told how it went", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by("statuses: false, deployments: true");
  GitHubSending sending{server};
  StoryTeller run{*notifier};
  run.begin({"unit", "deploy"});
  CHECK(run.start("unit").empty());
  sending.all_twice(*notifier, run.start("deploy"));
  sending.all(*notifier, run.finish("deploy", Status::rolled_back, "503, want 200"));
  REQUIRE(server.deployments().size() == 1);
  const Json made = server.deployments().front();
  CHECK(made["ref"] == "0123456789abcdef0123456789abcdef01234567");
  CHECK(made["environment"] == "production");
  CHECK(made["auto_merge"] == false);
  CHECK(made["required_contexts"] == Json::array());
  REQUIRE(made["statuses"].size() == 3);
  CHECK(made["statuses"][0]["state"] == "in_progress");
  CHECK(made["statuses"][2]["state"] == "failure");
  CHECK(made["statuses"][2]["environment_url"] == "https://shop.example.com");
}

TEST_CASE("an issue is opened, told of the next failure, and closed by the recovery", "[github]") {
  GitHubDouble server;
  const auto notifier =
      notify_by("statuses: false, issues: {branches: [main], labels: [ci], assignees: [ada]}");
  GitHubSending sending{server};
  const auto run_once = [&](const std::string& id, int code, RunOrigin::Before before) {
    auto origin = StoryTeller::plain_origin();
    origin.id = id;
    origin.before = before;
    StoryTeller run{*notifier, origin};
    run.begin({"unit"});
    run.finish("unit", code == 0 ? Status::succeeded : Status::failed, "why");
    run.end(code);
    sending.all(*notifier, run.items);
    sending.all(*notifier, run.items);  // the same post once more does nothing
  };
  run_once("r1", 1, RunOrigin::Before::succeeded);
  REQUIRE(server.issues().size() == 1);
  CHECK(server.issues()[0]["title"] == "shop fails on main");
  CHECK(server.issues()[0]["labels"] == Json{"ci"});
  CHECK(server.comments().empty());
  run_once("r2", 1, RunOrigin::Before::failed);
  CHECK(server.issues().size() == 1);
  CHECK(server.comments().size() == 1);
  run_once("r3", 0, RunOrigin::Before::failed);
  CHECK(server.issues()[0]["state"] == "closed");
  CHECK(server.issues()[0]["state_reason"] == "completed");
  CHECK(server.comments().size() == 2);
  const auto asked = server.requests().size();
  run_once("r4", 0, RunOrigin::Before::succeeded);
  run_once("r5", 130, RunOrigin::Before::succeeded);
  CHECK(server.requests().size() == asked);
}
