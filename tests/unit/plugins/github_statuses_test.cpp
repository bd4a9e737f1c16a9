#include <catch2/generators/catch_generators.hpp>

#include "github_sending.hpp"
#include "plugins/github/words.hpp"

using namespace pipectl;
using namespace pipectl::test;

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
  GitHubSending sending{server};
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
  GitHubSending sending{server};
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
  GitHubSending sending{server};
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
