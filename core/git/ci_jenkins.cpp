// Sources: env-vars.html of a Jenkins controller (BRANCH_NAME, TAG_NAME and CHANGE_* come from the
// Branch API plugin, for multibranch jobs) and the "Environment variables" chapter of the Git
// plugin (GIT_*).

#include "core/git/ci_jenkins.hpp"

#include <algorithm>
#include <vector>

#include "core/git/ci_systems.hpp"
#include "core/git/open.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

bool is_jenkins(const EnvMap& environment) {
  // JENKINS_URL is only there once an administrator set it; JENKINS_HOME alone may be a leftover of
  // the machine, a build always has a number.
  if (!variable(environment, "JENKINS_URL").empty()) return true;
  return !variable(environment, "JENKINS_HOME").empty() &&
         !variable(environment, "BUILD_NUMBER").empty();
}

void read_change(const EnvMap& environment, Event& event) {
  event.kind = EventKind::pull_request;
  event.number = number_or_nothing(variable(environment, "CHANGE_ID"));
  // CHANGE_BRANCH is the real name at the source; BRANCH_NAME is `PR-12` there.
  event.branch =
      first_of(variable(environment, "CHANGE_BRANCH"), variable(environment, "BRANCH_NAME"));
  event.target_branch = variable(environment, "CHANGE_TARGET");
  // CHANGE_FORK: `owner` or `owner/name`, absent when the change is from the same repository.
  const std::string fork = variable(environment, "CHANGE_FORK");
  event.from_fork = !fork.empty();
  if (event.from_fork)
    event.branch = fork_branch(std::string_view(fork).substr(0, fork.find('/')), event.branch);
}

/// GIT_BRANCH is `origin/main`, `refs/tags/v1` or, with another refspec, `detached`.
void read_git_branch(const EnvMap& environment, Event& event) {
  const std::string local = variable(environment, "GIT_LOCAL_BRANCH");
  const std::string branch = variable(environment, "GIT_BRANCH");
  event.tag = first_of(after_prefix(branch, "refs/tags/"), after_prefix(branch, "tags/"));
  if (!event.tag.empty()) return;
  if (!local.empty() && local != "detached") {
    event.branch = local;
    return;
  }
  for (const char* prefix : {"refs/remotes/origin/", "remotes/origin/", "origin/", "refs/heads/"}) {
    event.branch = after_prefix(branch, prefix);
    if (!event.branch.empty()) return;
  }
  if (branch != "detached") event.branch = branch;
}

void read_jenkins_ref(const EnvMap& environment, Event& event) {
  event.tag = variable(environment, "TAG_NAME");
  event.branch = event.tag.empty() ? variable(environment, "BRANCH_NAME") : std::string{};
  if (event.tag.empty() && event.branch.empty()) read_git_branch(environment, event);
  if (!event.tag.empty()) event.kind = EventKind::tag;
  // Who or what started the build is not in the environment: a build of a branch counts as a push.
  if (!event.branch.empty()) event.kind = EventKind::push;
  if (event.kind != EventKind::push) return;
  // The last *successful* build's commit: what failed since then is looked at again.
  event.base_sha = commit_or_empty(first_of(variable(environment, "GIT_PREVIOUS_SUCCESSFUL_COMMIT"),
                                            variable(environment, "GIT_PREVIOUS_COMMIT")));
}

/// Where the branch of this name is at any remote.
std::vector<std::string> fetched(git_repository* repository, const std::string& branch) {
  std::vector<std::string> commits;
  lib::ReferenceIterator all;
  if (branch.empty() ||
      git_reference_iterator_glob_new(lib::Out(all), repository, "refs/remotes/*") < 0)
    return commits;
  lib::Reference one;
  while (git_reference_next(lib::Out(one), all.get()) == 0) {
    const git_oid* const target = git_reference_target(one.get());
    if (target != nullptr && std::string(git_reference_name(one.get())).ends_with("/" + branch))
      commits.push_back(lib::to_hex(*target));
  }
  return commits;
}

}  // namespace

std::optional<CiContext> read_jenkins(const EnvMap& environment) {
  if (!is_jenkins(environment)) return std::nullopt;
  CiContext context;
  context.event.ci = "jenkins";
  if (!variable(environment, "CHANGE_ID").empty())
    read_change(environment, context.event);
  else
    read_jenkins_ref(environment, context.event);
  set_commit(context, variable(environment, "GIT_COMMIT"));
  context.git.remote = without_credentials(
      first_of(variable(environment, "GIT_URL"), variable(environment, "GIT_URL_1")));
  return context;
}

Result<std::string> head_of_change(const std::filesystem::path& root, const std::string& sha,
                                   const std::string& change, const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  git_oid id;
  lib::Commit merge;
  if (git_oid_fromstr(&id, sha.c_str()) < 0 ||
      git_commit_lookup(lib::Out(merge), repository.get(), &id) < 0)
    return lib::failed("cannot read commit " + sha);
  if (git_commit_parentcount(merge.get()) != 2) return std::string{};
  const std::vector<std::string> parents{lib::to_hex(*git_commit_parent_id(merge.get(), 0)),
                                         lib::to_hex(*git_commit_parent_id(merge.get(), 1))};
  for (const auto& commit : fetched(repository.get(), change)) {
    if (commit == sha) return std::string{};
    if (std::ranges::find(parents, commit) != parents.end()) return commit;
  }
  return parents.front();
}

}  // namespace pipectl::git
