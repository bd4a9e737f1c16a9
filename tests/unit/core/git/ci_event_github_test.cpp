#include <catch2/catch_test_macros.hpp>

#include "core/git/ci_event.hpp"
#include "made_up_shas.hpp"
#include "test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {

/// What is read in GitHub's environment, with this payload in a file.
CiContext github(EnvMap env, const std::string& payload = {}) {
  const TempDir dir;
  env["GITHUB_ACTIONS"] = "true";
  env["GITHUB_SHA"] = sha_a;
  env["GITHUB_REPOSITORY"] = "team/app";
  env["GITHUB_SERVER_URL"] = "https://github.com";
  if (!payload.empty()) {
    write(dir / "event.json", payload);
    env["GITHUB_EVENT_PATH"] = (dir / "event.json").string();
  }
  return read_ci_event(env);
}

std::string pull_request(const std::string& head_repository) {
  return R"({"number": 7, "pull_request": {
    "head": {"ref": "main", "sha": ")" +
         sha_b + R"(", "repo": )" + head_repository + R"(},
    "base": {"ref": "main", "sha": ")" +
         sha_b + R"(", "repo": {"full_name": "team/app"}}}})";
}

const EnvMap pull_request_env{{"GITHUB_EVENT_NAME", "pull_request"},
                              {"GITHUB_REF", "refs/pull/7/merge"},
                              {"GITHUB_HEAD_REF", "main"},
                              {"GITHUB_BASE_REF", "main"}};

}  // namespace

TEST_CASE("GitHub: a push") {
  const auto context =
      github({{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", "refs/heads/feature/x"}},
             R"({"before": ")" + sha_b + R"(", "head_commit": {"message": "feat: x\n\nbody",
                      "author": {"name": "Ada", "email": "ada@example.com"}}})");
  CHECK(context.event.ci == "github");
  CHECK(context.event.kind == EventKind::push);
  CHECK(context.event.branch == "feature/x");
  CHECK(context.event.base_sha == sha_b);
  CHECK(context.git.sha == sha_a);
  CHECK(context.git.short_sha == "aaaaaaa");
  CHECK(context.git.branch == "feature/x");
  CHECK(context.git.message == "feat: x\n\nbody");
  CHECK(context.git.author == "Ada <ada@example.com>");
  CHECK(context.git.remote == "https://github.com/team/app.git");
}

TEST_CASE("GitHub: the first push of a branch has nothing before it") {
  const auto context = github({{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", "refs/heads/new"}},
                              R"({"before": ")" + zeros + R"(", "head_commit": null})");
  CHECK(context.event.base_sha.empty());
  CHECK(context.git.author.empty());
}

TEST_CASE("GitHub: tags, by push, release and creation") {
  for (const char* name : {"push", "release", "create"}) {
    INFO(name);
    const auto event =
        github({{"GITHUB_EVENT_NAME", name}, {"GITHUB_REF", "refs/tags/v1.2.3"}}).event;
    CHECK(event.kind == EventKind::tag);
    CHECK(event.tag == "v1.2.3");
    CHECK(event.branch.empty());
  }
  const auto by_type = github(
      {{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF_TYPE", "tag"}, {"GITHUB_REF_NAME", "v2"}});
  CHECK(by_type.event.kind == EventKind::tag);
  CHECK(by_type.git.tag == "v2");
}

TEST_CASE("GitHub: a pull request of the same repository") {
  const auto event = github(pull_request_env, pull_request(R"({"full_name": "team/app"})")).event;
  CHECK(event.kind == EventKind::pull_request);
  CHECK(event.number == 7);
  CHECK_FALSE(event.from_fork);
  CHECK(event.branch == "main");
  CHECK(event.target_branch == "main");
  CHECK(event.base_sha == sha_b);
}

TEST_CASE("GitHub: a fork's branch never has the name of one of ours") {
  const auto fork = github(pull_request_env,
                           pull_request(R"({"full_name": "eve/app", "owner": {"login": "eve"}})"));
  CHECK(fork.event.from_fork);
  CHECK(fork.event.branch == "eve:main");
  CHECK(fork.git.branch == "eve:main");
  // The fork was deleted, or the payload is not there at all: not known to be ours.
  CHECK(github(pull_request_env, pull_request("null")).event.branch == "fork:main");
  const auto blind = github(pull_request_env).event;
  CHECK(blind.from_fork);
  CHECK(blind.branch == "fork:main");
  CHECK(blind.number == 7);
}

TEST_CASE("GitHub: pull_request_target and reviews are pull requests too") {
  for (const char* name : {"pull_request_target", "pull_request_review"}) {
    EnvMap env = pull_request_env;
    env["GITHUB_EVENT_NAME"] = name;
    CHECK(github(env).event.kind == EventKind::pull_request);
  }
}

TEST_CASE("GitHub: a merge queue is a pull request without a number") {
  const auto event =
      github({{"GITHUB_EVENT_NAME", "merge_group"}},
             R"({"merge_group": {"head_ref": "refs/heads/gh-readonly-queue/main/pr-1",
          "base_ref": "refs/heads/main", "base_sha": ")" +
                 sha_b + R"("}})")
          .event;
  CHECK(event.kind == EventKind::pull_request);
  CHECK(event.branch == "gh-readonly-queue/main/pr-1");
  CHECK(event.target_branch == "main");
  CHECK(event.base_sha == sha_b);
  CHECK_FALSE(event.number);
}

TEST_CASE("GitHub: schedules and buttons are manual, with their branch") {
  for (const char* name :
       {"schedule", "workflow_dispatch", "repository_dispatch", "", "new_event"}) {
    const auto event =
        github({{"GITHUB_EVENT_NAME", name}, {"GITHUB_REF", "refs/heads/main"}}).event;
    CHECK(event.kind == EventKind::manual);
    CHECK(event.branch == "main");
  }
}

TEST_CASE("GitHub: an odd payload is no worse than none") {
  const std::vector<std::string> payloads{
      "{",
      "[]",
      "null",
      "12",
      "\"text\"",
      "{}",
      "\xff\xfe",
      std::string("\0\0", 2),
      R"({"number": -1, "pull_request": 5})",
      R"({"number": 1e99})",
      R"({"number": "7; rm", "pull_request": {"head": [], "base": {"sha": 5}}})",
      R"({"number": 18446744073709551616, "pull_request": {"head": {"repo": {"full_name": {}}}}})",
      R"({"pull_request": {"head": null, "base": null}, "before": {}, "head_commit": []})",
      R"j({"pull_request": {"base": {"sha": "../../etc/passwd"}}, "before": "$(id)"})j",
      std::string(200'000, '['),
      R"({"a":)" + std::string(100'000, '{'),
      R"({"a": ")" + std::string(8U << 20U, 'x') + R"("})"};
  for (const auto& payload : payloads) {
    INFO(payload.substr(0, 60));
    const auto event = github(pull_request_env, payload).event;
    CHECK(event.kind == EventKind::pull_request);
    CHECK(event.from_fork);
    CHECK(event.number == 7);
    CHECK(event.branch == "fork:main");
    CHECK(event.base_sha.empty());
    const auto push =
        github({{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", "refs/heads/b"}}, payload);
    CHECK(push.event.kind == EventKind::push);
    CHECK(push.event.branch == "b");
    CHECK(push.event.base_sha.empty());
    CHECK(push.git.author.empty());
  }
}

TEST_CASE("GitHub: a payload that is no readable file is as if absent") {
  for (const char* path : {"/", "/nonexistent/event.json", "relative", "/dev/null"}) {
    EnvMap env = pull_request_env;
    env["GITHUB_EVENT_PATH"] = path;
    CHECK(github(env).event.number == 7);
  }
}

TEST_CASE("every cut of a good payload is read without harm") {
  const std::string whole = pull_request(R"({"full_name": "team/app"})");
  for (std::size_t length = 0; length < whole.size(); length += 3) {
    const auto event = github(pull_request_env, whole.substr(0, length)).event;
    REQUIRE(event.from_fork);
    REQUIRE(event.base_sha.empty());
  }
}

TEST_CASE("odd refs are text, or nothing") {
  const auto event = [](const char* ref) {
    return github({{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", ref}}).event;
  };
  CHECK(event("refs/heads/$(touch pwned)").branch == "$(touch pwned)");
  CHECK(event("refs/heads/").branch.empty());
  CHECK(event("refs/").branch.empty());
  CHECK(event("\n").branch.empty());
  EnvMap env = pull_request_env;
  for (const char* ref :
       {"refs/pull/", "refs/pull//merge", "refs/pull/x/merge", "refs/pull/-1/merge",
        "refs/pull/99999999999999999999/merge", "refs/pull/0/merge"}) {
    env["GITHUB_REF"] = ref;
    CHECK_FALSE(github(env).event.number);
  }
}
