// Source: "Predefined CI/CD variables reference" of the GitLab documentation.

#include "core/git/ci_systems.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

std::string owner_of(std::string_view project_path) {
  return std::string(project_path.substr(0, project_path.rfind('/')));
}

void mark_fork(Event& event, const std::string& source, const std::string& target) {
  event.from_fork = source.empty() || target.empty() || source != target;
  if (event.from_fork) event.branch = fork_branch(owner_of(source), event.branch);
}

void read_merge_request(const EnvMap& environment, Event& event) {
  event.kind = EventKind::pull_request;
  event.number = number_or_nothing(variable(environment, "CI_MERGE_REQUEST_IID"));
  event.branch = variable(environment, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME");
  event.target_branch = variable(environment, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
  event.base_sha = commit_or_empty(variable(environment, "CI_MERGE_REQUEST_DIFF_BASE_SHA"));
  mark_fork(event, variable(environment, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"),
            variable(environment, "CI_MERGE_REQUEST_PROJECT_PATH"));
}

/// A pull request of GitHub or Bitbucket whose repository GitLab mirrors.
void read_external_pull_request(const EnvMap& environment, Event& event) {
  const auto get = [&](const char* name) {
    return variable(environment, std::string("CI_EXTERNAL_PULL_REQUEST_") + name);
  };
  event.kind = EventKind::pull_request;
  event.number = number_or_nothing(get("IID"));
  event.branch = get("SOURCE_BRANCH_NAME");
  event.target_branch = get("TARGET_BRANCH_NAME");
  event.base_sha = commit_or_empty(get("TARGET_BRANCH_SHA"));
  mark_fork(event, get("SOURCE_REPOSITORY"), get("TARGET_REPOSITORY"));
}

void read_gitlab_ref(const EnvMap& environment, Event& event) {
  const std::string source = variable(environment, "CI_PIPELINE_SOURCE");
  event.branch = variable(environment, "CI_COMMIT_BRANCH");  // absent for tags and merge requests
  event.tag = variable(environment, "CI_COMMIT_TAG");        // only in pipelines of a tag
  // `webide` pushes; a child pipeline (`parent_pipeline`) does the work of the pipeline that made
  // it. Schedules, the web form, triggers and the API are somebody's wish: manual.
  if (source != "push" && source != "webide" && source != "parent_pipeline") return;
  event.kind = event.tag.empty() ? EventKind::push : EventKind::tag;
  event.base_sha = commit_or_empty(variable(environment, "CI_COMMIT_BEFORE_SHA"));
}

}  // namespace

std::optional<CiContext> read_gitlab(const EnvMap& environment) {
  if (variable(environment, "GITLAB_CI") != "true") return std::nullopt;
  CiContext context;
  context.event.ci = "gitlab";
  // The numbers are set in every pipeline of a merge request, child pipelines included, whatever
  // CI_PIPELINE_SOURCE says.
  if (!variable(environment, "CI_MERGE_REQUEST_IID").empty())
    read_merge_request(environment, context.event);
  else if (!variable(environment, "CI_EXTERNAL_PULL_REQUEST_IID").empty())
    read_external_pull_request(environment, context.event);
  else
    read_gitlab_ref(environment, context.event);
  set_commit(context, variable(environment, "CI_COMMIT_SHA"));
  context.git.message = variable(environment, "CI_COMMIT_MESSAGE");
  context.git.author = variable(environment, "CI_COMMIT_AUTHOR");  // `Name <mail>`
  // CI_REPOSITORY_URL holds the job's token.
  context.git.remote = without_credentials(variable(environment, "CI_REPOSITORY_URL"));
  return context;
}

}  // namespace pipectl::git
