#include "core/git/ci_event.hpp"

#include <catch2/catch_test_macros.hpp>

#include "test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {

const std::string sha_a(40, 'a');
const std::string sha_b(40, 'b');
const std::string zeros(40, '0');

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

TEST_CASE("outside CI everything is empty and manual") {
  const auto context = read_ci_event({{"CI", "true"}, {"GIT_BRANCH", "x"}, {"BRANCH_NAME", "y"}});
  CHECK(context.event.kind == EventKind::manual);
  CHECK(context.event.ci.empty());
  CHECK(context.event.branch.empty());
  CHECK(context.git.sha.empty());
}

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

TEST_CASE("what is no commit id is dropped") {
  for (const std::string& sha :
       {std::string("abc"), std::string(40, 'g'), std::string(40, 'A'), zeros, std::string(41, 'a'),
        "$(" + std::string(37, 'a') + ")", std::string{}}) {
    EnvMap env{{"GITLAB_CI", "true"}, {"CI_COMMIT_SHA", sha}};
    CHECK(read_ci_event(env).git.sha.empty());
    CHECK(read_ci_event(env).git.short_sha.empty());
  }
  CHECK(read_ci_event({{"GITLAB_CI", "true"}, {"CI_COMMIT_SHA", std::string(64, 'a')}}).git.sha ==
        std::string(64, 'a'));
}

TEST_CASE("GitLab: a push, and the job's token nowhere") {
  const auto context = read_ci_event(
      {{"GITLAB_CI", "true"},
       {"CI_PIPELINE_SOURCE", "push"},
       {"CI_COMMIT_BRANCH", "main"},
       {"CI_COMMIT_SHA", sha_a},
       {"CI_COMMIT_BEFORE_SHA", sha_b},
       {"CI_COMMIT_MESSAGE", "fix: y"},
       {"CI_COMMIT_AUTHOR", "Ada <ada@example.com>"},
       {"CI_REPOSITORY_URL", "https://gitlab-ci-token:glcbt-64@gitlab.com/team/app.git"}});
  CHECK(context.event.ci == "gitlab");
  CHECK(context.event.kind == EventKind::push);
  CHECK(context.event.branch == "main");
  CHECK(context.event.base_sha == sha_b);
  CHECK(context.git.sha == sha_a);
  CHECK(context.git.message == "fix: y");
  CHECK(context.git.author == "Ada <ada@example.com>");
  CHECK(context.git.remote == "https://gitlab.com/team/app.git");
}

TEST_CASE("GitLab: a tag, a schedule, a child pipeline") {
  EnvMap env{{"GITLAB_CI", "true"}, {"CI_PIPELINE_SOURCE", "push"}, {"CI_COMMIT_TAG", "v1"}};
  CHECK(read_ci_event(env).event.kind == EventKind::tag);
  CHECK(read_ci_event(env).git.tag == "v1");
  env["CI_PIPELINE_SOURCE"] = "schedule";
  CHECK(read_ci_event(env).event.kind == EventKind::manual);
  CHECK(read_ci_event(env).event.tag == "v1");
  env["CI_PIPELINE_SOURCE"] = "parent_pipeline";
  CHECK(read_ci_event(env).event.kind == EventKind::tag);
}

TEST_CASE("GitLab: a merge request, of the same project, a fork, and unknown") {
  EnvMap env{{"GITLAB_CI", "true"},
             {"CI_PIPELINE_SOURCE", "merge_request_event"},
             {"CI_MERGE_REQUEST_IID", "12"},
             {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "main"},
             {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"},
             {"CI_MERGE_REQUEST_DIFF_BASE_SHA", sha_b},
             {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "team/sub/app"},
             {"CI_MERGE_REQUEST_PROJECT_PATH", "team/sub/app"}};
  auto event = read_ci_event(env).event;
  CHECK(event.kind == EventKind::pull_request);
  CHECK(event.number == 12);
  CHECK(event.branch == "main");
  CHECK(event.base_sha == sha_b);
  CHECK_FALSE(event.from_fork);
  env["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"] = "eve/sub/app";
  CHECK(read_ci_event(env).event.branch == "eve/sub:main");
  env.erase("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH");
  CHECK(read_ci_event(env).event.from_fork);
  env["CI_PIPELINE_SOURCE"] = "parent_pipeline";
  CHECK(read_ci_event(env).event.kind == EventKind::pull_request);
}

TEST_CASE("GitLab: a pull request of a mirrored GitHub repository") {
  const auto event = read_ci_event({{"GITLAB_CI", "true"},
                                    {"CI_PIPELINE_SOURCE", "external_pull_request_event"},
                                    {"CI_EXTERNAL_PULL_REQUEST_IID", "3"},
                                    {"CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "x"},
                                    {"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "main"},
                                    {"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "t/a"},
                                    {"CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", "t/a"}})
                         .event;
  CHECK(event.kind == EventKind::pull_request);
  CHECK(event.branch == "x");
  CHECK(event.target_branch == "main");
  CHECK_FALSE(event.from_fork);
}

TEST_CASE("Jenkins: the branch of a freestyle, a pipeline and a multibranch job") {
  const auto event = [](EnvMap env) {
    env["JENKINS_URL"] = "http://ci.local/";
    return read_ci_event(env).event;
  };
  CHECK(event({{"GIT_BRANCH", "origin/feature/x"}}).branch == "feature/x");
  CHECK(event({{"GIT_BRANCH", "refs/remotes/origin/x"}}).branch == "x");
  CHECK(event({{"GIT_BRANCH", "origin/x"}, {"GIT_LOCAL_BRANCH", "y"}}).branch == "y");
  CHECK(event({{"GIT_BRANCH", "origin/x"}, {"GIT_LOCAL_BRANCH", "detached"}}).branch == "x");
  CHECK(event({{"GIT_BRANCH", "detached"}}).kind == EventKind::manual);
  CHECK(event({{"GIT_BRANCH", "refs/tags/v1"}}).tag == "v1");
  CHECK(event({{"GIT_BRANCH", "main"}, {"BRANCH_NAME", "main"}}).kind == EventKind::push);
  CHECK(event({{"TAG_NAME", "v2"}, {"BRANCH_NAME", "v2"}}).kind == EventKind::tag);
  CHECK(event({{"TAG_NAME", "v2"}, {"BRANCH_NAME", "v2"}}).branch.empty());
  CHECK(event({}).kind == EventKind::manual);
  CHECK(event({}).ci == "jenkins");
}

TEST_CASE("Jenkins: a push knows the last good build, the remote has no password") {
  const auto context = read_ci_event({{"JENKINS_HOME", "/var/jenkins"},
                                      {"BUILD_NUMBER", "3"},
                                      {"BRANCH_NAME", "main"},
                                      {"GIT_COMMIT", sha_a},
                                      {"GIT_PREVIOUS_COMMIT", sha_a},
                                      {"GIT_PREVIOUS_SUCCESSFUL_COMMIT", sha_b},
                                      {"GIT_URL", "https://ada:pw@host/r.git"}});
  CHECK(context.event.base_sha == sha_b);
  CHECK(context.git.sha == sha_a);
  CHECK(context.git.remote == "https://host/r.git");
  CHECK(read_ci_event({{"JENKINS_HOME", "/var/jenkins"}}).event.ci.empty());
}

TEST_CASE("Jenkins: a change, and one from a fork") {
  EnvMap env{{"JENKINS_URL", "http://ci.local/"},
             {"CHANGE_ID", "5"},
             {"BRANCH_NAME", "PR-5"},
             {"CHANGE_BRANCH", "main"},
             {"CHANGE_TARGET", "main"}};
  auto event = read_ci_event(env).event;
  CHECK(event.kind == EventKind::pull_request);
  CHECK(event.number == 5);
  CHECK(event.branch == "main");
  CHECK(event.target_branch == "main");
  env["CHANGE_FORK"] = "eve/app";
  CHECK(read_ci_event(env).event.branch == "eve:main");
  env["CHANGE_ID"] = "not a number";
  CHECK_FALSE(read_ci_event(env).event.number);
}

TEST_CASE("the first system that is there answers") {
  const EnvMap env{{"GITHUB_ACTIONS", "true"}, {"GITLAB_CI", "true"}, {"JENKINS_URL", "x"}};
  CHECK(read_ci_event(env).event.ci == "github");
  CHECK(read_ci_event({{"GITHUB_ACTIONS", ""}, {"GITLAB_CI", "true"}}).event.ci == "gitlab");
}

TEST_CASE("what changed is compared with the named commit, else the target branch") {
  Event event;
  CHECK(comparison_base(event).empty());
  event.target_branch = "main";
  CHECK(comparison_base(event) == "main");
  event.base_sha = sha_a;
  CHECK(comparison_base(event) == sha_a);
}
