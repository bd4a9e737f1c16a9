#include "core/git/ci_event.hpp"

#include <catch2/catch_test_macros.hpp>

#include "made_up_shas.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

TEST_CASE("outside CI everything is empty and manual") {
  const auto context = read_ci_event({{"CI", "true"}, {"GIT_BRANCH", "x"}, {"BRANCH_NAME", "y"}});
  CHECK(context.event.kind == EventKind::manual);
  CHECK(context.event.ci.empty());
  CHECK(context.event.branch.empty());
  CHECK(context.git.sha.empty());
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
