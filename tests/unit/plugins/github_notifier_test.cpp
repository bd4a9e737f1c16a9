#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>

#include "core/base/http_curl.hpp"
#include "plugins/github/repository.hpp"
#include "plugins/github/words.hpp"
#include "tests/support/github_double.hpp"
#include "tests/support/notify_bench.hpp"

using namespace pipectl;
using namespace pipectl::test;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

namespace {

/// Delivers what a notifier says to a GitHub; whether the memory survives is the test's choice.
class Sending {
 public:
  explicit Sending(const GitHubDouble& github) : host_{{"GITHUB_API_URL", github.url()}} {}

  Attempt<> one(const Notifier& notifier, const OutboxItem& item) {
    Delivery delivery{*http_, clock_, {}, host_, secrets_, memory};
    return notifier.deliver(item, delivery);
  }
  void all(const Notifier& notifier, const std::vector<OutboxItem>& items) {
    for (const OutboxItem& item : items) {
      const auto sent = one(notifier, item);
      INFO(item.payload << (sent ? "" : sent.error().error.message));
      CHECK(sent.has_value());
    }
  }
  /// Twice, the second time by a pipectl that knows nothing of the first.
  void all_twice(const Notifier& notifier, const std::vector<OutboxItem>& items) {
    for (const OutboxItem& item : items) {
      all(notifier, {item});
      memory.kept.clear();
      all(notifier, {item});
    }
  }
  PlainMemory memory;

 private:
  std::unique_ptr<HttpClient> http_{make_curl_http_client({})};
  FixedClock clock_;
  EnvMap host_;
  EnvMap secrets_{{"TOKEN", "t0ken-of-test"}};
};

std::unique_ptr<Notifier> notify_by(const std::string& keys) {
  return notifier_from("github", "{token: TOKEN, repository: team/shop, " + keys + "}");
}

/// `CONTEXT=STATE` of each status post.
Words states(const std::vector<OutboxItem>& items) {
  Words words;
  for (const OutboxItem& item : items) {
    const Json post = Json::parse(item.payload);
    if (post["do"] == "status")
      words.push_back(post["context"].get<std::string>() + "=" + post["state"].get<std::string>());
  }
  return words;
}

RunOrigin of_pull_request() {
  auto origin = StoryTeller::plain_origin();
  origin.event.kind = EventKind::pull_request;
  origin.event.number = 7;
  origin.event.head_sha = std::string(40, 'b');
  return origin;
}

}  // namespace

TEST_CASE("a run has one status, a stage one of its own", "[github]") {
  const auto notifier = notify_by("statuses: stages");
  StoryTeller run{*notifier};
  CHECK(states(run.begin({"unit", "lint"})) == Words{"pipectl=pending"});
  CHECK(states(run.start("unit")) == Words{"pipectl/unit=pending"});
  CHECK(states(run.finish("unit", Status::failed, "exit code 1")) == Words{"pipectl/unit=failure"});
  CHECK(states(run.finish("lint", Status::skipped, "upstream unit")) ==
        Words{"pipectl/lint=success"});
  CHECK(states(run.end(1)) == Words{"pipectl=failure"});
  const Json last = Json::parse(run.items.back().payload);
  CHECK(last["description"] == "1 skipped · 1 failed: unit");
  CHECK(last["target_url"] == "https://ci.example.com/runs/12");
  CHECK(last["sha"] == "0123456789abcdef0123456789abcdef01234567");
  CHECK(run.items.back().supersedes == run.items.front().key);
}

TEST_CASE("every outcome has its word", "[github]") {
  const std::vector<std::pair<Status, std::string>> expected{
      {Status::succeeded, "success"}, {Status::warned, "success"},
      {Status::cached, "success"},    {Status::skipped, "success"},
      {Status::failed, "failure"},    {Status::timed_out, "failure"},
      {Status::infra, "error"},       {Status::cancelled, "error"},
      {Status::waiting, "pending"},   {Status::rolled_back, "failure"},
      {Status::bug, "error"}};
  const auto notifier = notify_by("statuses: stages");
  for (const auto& [status, word] : expected) {
    StoryTeller run{*notifier};
    run.begin({"unit"});
    CHECK(states(run.finish("unit", status)) == Words{"pipectl/unit=" + word});
  }
  const std::vector<std::pair<int, std::string>> ends{
      {0, "success"}, {1, "failure"}, {3, "error"},  {4, "pending"},
      {5, "failure"}, {6, "failure"}, {70, "error"}, {130, "error"}};
  for (const auto& [code, word] : ends) {
    StoryTeller run{*notifier};
    run.begin({"unit"});
    CHECK(states(run.end(code)) == Words{"pipectl=" + word});
  }
}

TEST_CASE("a description has at most 140 characters, the last one whole", "[github]") {
  const auto notifier = notify_by("statuses: stages");
  StoryTeller run{*notifier};
  run.begin({"unit"});
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "äß😀";
  const auto items = run.finish("unit", Status::failed, reason);
  const auto text = Json::parse(items.front().payload)["description"].get<std::string>();
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  CHECK(characters == 140);
  CHECK(text.ends_with("…"));
}

TEST_CASE("of hundreds of stages only those that fail get a status", "[github]") {
  const auto notifier = notify_by("statuses: stages");
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back("s" + std::to_string(i));
  StoryTeller run{*notifier};
  run.begin(names);
  for (const auto& name : names) {
    run.start(name);
    run.finish(name, name == "s42" ? Status::failed : Status::succeeded);
  }
  run.end(1);
  CHECK(states(run.items) == Words{"pipectl=pending", "pipectl/s42=failure", "pipectl=failure"});
}

TEST_CASE("a pull request's status is that of its own commit", "[github]") {
  const auto notifier = notify_by("statuses: run");
  StoryTeller run{*notifier, of_pull_request()};
  CHECK(Json::parse(run.begin({"unit"}).front().payload)["sha"] == std::string(40, 'b'));
}

TEST_CASE("a tree with changes says nothing of the commit, but in CI", "[github]") {
  const auto notifier = notify_by("statuses: stages, deployments: true");
  auto origin = StoryTeller::plain_origin();
  origin.git.dirty = true;
  StoryTeller local{*notifier, origin};
  local.begin({"deploy"});
  local.start("deploy");
  local.end(0);
  CHECK(local.items.empty());
  origin.event.ci = "github";
  StoryTeller ci{*notifier, origin};
  CHECK(ci.begin({"deploy"}).size() == 1);
}

TEST_CASE("without a repository or a commit nobody is told", "[github]") {
  const auto notifier = notifier_from("github", "{token: TOKEN, comment: true}");
  auto origin = StoryTeller::plain_origin();
  origin.git.remote = "https://gitlab.com/team/shop.git";
  StoryTeller elsewhere{*notifier, origin};
  elsewhere.begin({"unit"});
  CHECK(elsewhere.items.empty());
  origin.git.remote = "git@github.com:team/shop.git";
  origin.git.sha.clear();
  StoryTeller nothing{*notifier, origin};
  nothing.begin({"unit"});
  CHECK(nothing.items.empty());
}

TEST_CASE("statuses are sent to GitHub", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by("statuses: stages");
  Sending sending{server};
  StoryTeller run{*notifier};
  run.begin({"unit (18, linux)"});
  run.finish("unit (18, linux)", Status::succeeded);
  run.end(0);
  sending.all(*notifier, run.items);
  REQUIRE(server.statuses().size() == 3);
  CHECK(server.statuses()[1]["context"] == "pipectl/unit (18, linux)");
  CHECK(server.statuses()[2]["state"] == "success");
}

TEST_CASE("a check run is made once, finished, and annotated 50 at a time", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by("checks: true");
  Sending sending{server};
  StoryTeller run{*notifier};
  sending.all_twice(*notifier, run.begin({"lint"}));
  for (std::uint32_t i = 1; i <= 120; ++i) {
    report::Finding finding;
    finding.rule = "no-unused-vars";
    finding.severity = report::Severity::error;
    finding.path = "src/a.js";
    finding.line = i;
    finding.message = "x is not used";
    run.tell(event::StageFinding{"lint", finding});
  }
  run.finish("lint", Status::failed, "3 errors");
  sending.all(*notifier, run.end(1));
  REQUIRE(server.checks().size() == 1);
  const Json check = server.checks().front();
  CHECK(check["status"] == "completed");
  CHECK(check["conclusion"] == "failure");
  CHECK(check["name"] == "pipectl");
  CHECK(check["external_id"] == "20261120-155201-3f9a");
  CHECK(check["output"]["annotations"].size() == 120);
  CHECK(check["output"]["annotations"][119] == Json{{"path", "src/a.js"},
                                                    {"start_line", 120},
                                                    {"end_line", 120},
                                                    {"annotation_level", "failure"},
                                                    {"title", "lint: no-unused-vars"},
                                                    {"message", "x is not used"}});
  CHECK(check["output"]["summary"].get<std::string>().find("| ❌ lint | failed |") !=
        std::string::npos);
  CHECK(server.statuses().empty());
}

TEST_CASE("a token that may not make checks makes statuses, and each run asks but once",
          "[github]") {
  const auto allowed = GENERATE(GitHubDouble::Checks::read_only, GitHubDouble::Checks::forbidden);
  const bool reads = allowed == GitHubDouble::Checks::read_only;
  GitHubDouble server{allowed};
  const auto notifier = notify_by("checks: true");
  Sending sending{server};
  StoryTeller run{*notifier};
  run.begin({"unit"});
  run.end(0);
  sending.all(*notifier, run.items);
  REQUIRE(server.statuses().size() == 2);
  CHECK(server.statuses()[1]["context"] == "pipectl");
  const std::string asked =
      reads ? "POST /repos/team/shop/check-runs"
            : "GET /repos/team/shop/commits/0123456789abcdef0123456789abcdef01234567/check-runs";
  CHECK(std::ranges::count(server.requests(), asked) == 1);

  RunOrigin later = StoryTeller::plain_origin();
  later.id += "-later";
  StoryTeller next{*notifier, later};
  next.begin({"unit"});
  sending.all(*notifier, next.items);
  CHECK(server.statuses().size() == 3);
  CHECK(std::ranges::count(server.requests(), asked) == 2);
}

TEST_CASE("a pull request has one comment, found again by its mark", "[github]") {
  GitHubDouble server;
  for (const auto* const body : {"first!", "<!-- pipectl:other:shop -->\nhello", "third"})
    server.add_comment({{"body", body}, {"issue", 7}});
  const auto notifier = notify_by("statuses: false, comment: true");
  Sending sending{server};
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
  Sending sending{server};
  sending.memory.remember("comment/7", "12345");
  StoryTeller run{*notifier, of_pull_request()};
  sending.all(*notifier, run.begin({"unit"}));
  CHECK(server.comments().size() == 1);
  CHECK(sending.memory.recall("comment/7") == "0");
}

TEST_CASE("a deployment is made once, and told how it went", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by("statuses: false, deployments: true");
  Sending sending{server};
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
  Sending sending{server};
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

TEST_CASE("workflows are started and events sent", "[github]") {
  GitHubDouble server;
  const auto notifier = notify_by(
      "statuses: false, dispatch: [{workflow: e2e.yml, inputs: {suite: full}}, "
      "{event_type: shop-failed, payload: {team: web}, on: failure}, "
      "{workflow: never.yml, branches: release/*}]");
  Sending sending{server};
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
    Sending sending{server};
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
    Sending sending{server};
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
  Sending sending{server};
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

TEST_CASE("the repository is that of the remote, on the server of the API", "[github]") {
  const std::string api = "https://api.github.com";
  CHECK(github::repository_of("https://github.com/team/shop.git", api) == "team/shop");
  CHECK(github::repository_of("https://github.com/team/shop/", api) == "team/shop");
  CHECK(github::repository_of("git@github.com:team/shop.git", api) == "team/shop");
  CHECK(github::repository_of("ssh://git@github.com:22/team/shop.git", api) == "team/shop");
  CHECK(github::repository_of("https://gitlab.com/team/shop.git", api).empty());
  CHECK(github::repository_of("https://github.com/team/shop/more", api).empty());
  CHECK(github::repository_of("/srv/git/shop.git", api).empty());
  CHECK(github::repository_of("", api).empty());
  const std::string enterprise = "https://ghe.example.com/api/v3";
  CHECK(github::repository_of("git@ghe.example.com:team/shop.git", enterprise) == "team/shop");
  CHECK(github::repository_of("https://github.com/team/shop.git", enterprise).empty());
  GitInfo git;
  git.remote = "https://github.com/fork/shop.git";
  CHECK(github::repository_for("", {{"GITHUB_REPOSITORY", "team/shop"}}, git) == "team/shop");
  CHECK(github::repository_for("a/b", {{"GITHUB_REPOSITORY", "team/shop"}}, git) == "a/b");
  CHECK(github::repository_for("", {}, git) == "fork/shop");
}

TEST_CASE("a company's own place at ghe.com has an API of its own", "[github]") {
  const std::string api = "https://api.octo-corp.ghe.com";
  for (const std::string remote :
       {"https://octo-corp.ghe.com/team/shop.git", "octo-corp@octo-corp.ghe.com:team/shop.git",
        "ssh://octo-corp@octo-corp.ghe.com/team/shop"}) {
    CHECK(github::api_url({}, remote) == api);
    CHECK(github::repository_of(remote, api) == "team/shop");
    CHECK(github::residence_of(remote) == "https://octo-corp.ghe.com/");
    GitInfo git;
    git.remote = remote;
    CHECK(github::repository_for("", {}, git) == "team/shop");
  }
  CHECK(github::web_url(api) == "https://octo-corp.ghe.com");
  CHECK(github::web_url("https://ghe.example.com/api/v3") == "https://ghe.example.com");
  CHECK(github::web_url("https://api.github.com") == "https://github.com");
  const EnvMap set{{"GITHUB_API_URL", "https://ghe.example.com/api/v3"}};
  CHECK(github::api_url(set, "https://octo-corp.ghe.com/a/b") == "https://ghe.example.com/api/v3");
  for (const std::string other : {"https://ghe.com/a/b", "https://evil.com/.ghe.com/a",
                                  "https://a.b.ghe.com/a/b", "https://a_b.ghe.com/a/b", ""}) {
    CHECK(github::api_url({}, other) == "https://api.github.com");
    CHECK(github::residence_of(other).empty());
  }
}

TEST_CASE("what is said of a repository at ghe.com goes there", "[github]") {
  const auto notifier = notifier_from("github", "{token: TOKEN}");
  auto origin = StoryTeller::plain_origin();
  origin.git.remote = "https://octo-corp.ghe.com/team/shop.git";
  StoryTeller run{*notifier, origin};
  const auto item = run.begin({"unit"}).front();
  class Asked final : public HttpClient {
   public:
    Result<HttpResponse> send(const HttpRequest& request, const CancelToken&) override {
      url = request.url;
      return HttpResponse{201, {}, "{}"};
    }
    std::string url;
  } http;
  const FixedClock clock;
  PlainMemory memory;
  const EnvMap none;
  const EnvMap secrets{{"TOKEN", "t0ken"}};
  Delivery delivery{http, clock, {}, none, secrets, memory};
  CHECK(notifier->deliver(item, delivery).has_value());
  CHECK(http.url.starts_with("https://api.octo-corp.ghe.com/repos/"));
}
