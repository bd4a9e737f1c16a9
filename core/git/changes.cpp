#include <algorithm>
#include <array>
#include <set>

#include "core/git/library.hpp"
#include "core/git/open.hpp"
#include "core/git/repository.hpp"

namespace pipectl::git {
namespace {

constexpr const char* history_hint =
    "fetch the history that it needs: `fetch-depth: 0` of actions/checkout, GIT_DEPTH=0 in GitLab, "
    "`git fetch --unshallow` elsewhere";

/// What the working tree is compared with. A null tree is the empty one.
using Base = Result<lib::Tree>;

Base tree_of(git_commit* commit) {
  lib::Tree tree;
  if (git_commit_tree(lib::Out(tree), commit) < 0)
    return lib::failed("cannot read the tree of a commit");
  return tree;
}

Base tree_of(git_repository* repository, const git_oid& id) {
  lib::Commit commit;
  if (git_commit_lookup(lib::Out(commit), repository, &id) < 0)
    return lib::failed("cannot read commit " + lib::to_hex(id), history_hint);
  return tree_of(commit.get());
}

Base parent_tree(git_commit* head) {
  if (git_commit_parentcount(head) == 0) return lib::Tree{};
  lib::Commit parent;
  if (git_commit_parent(lib::Out(parent), head, 0) < 0)
    return fail(Fault::infrastructure,
                "cannot tell what changed: this shallow clone does not hold the commit before " +
                    lib::to_hex(*git_commit_id(head)),
                history_hint);
  return tree_of(parent.get());
}

std::optional<git_oid> resolve(git_repository* repository, const std::string& name) {
  lib::Object object;
  if (git_revparse_single(lib::Out(object), repository, name.c_str()) < 0) return std::nullopt;
  lib::Object commit;
  if (git_object_peel(lib::Out(commit), object.get(), GIT_OBJECT_COMMIT) < 0) return std::nullopt;
  return *git_object_id(commit.get());
}

std::optional<git_oid> upstream(git_repository* repository) {
  lib::Reference head;
  if (git_repository_head(lib::Out(head), repository) < 0) return std::nullopt;
  lib::Reference remote;
  if (git_branch_upstream(lib::Out(remote), head.get()) < 0) return std::nullopt;
  git_oid id;
  if (git_reference_name_to_id(&id, repository, git_reference_name(remote.get())) < 0)
    return std::nullopt;
  return id;
}

std::optional<git_oid> mainline(git_repository* repository) {
  if (auto id = upstream(repository)) return id;
  constexpr std::array names{"refs/remotes/origin/HEAD", "refs/remotes/origin/main",
                             "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"};
  for (const char* name : names)
    if (auto id = resolve(repository, name)) return id;
  return std::nullopt;
}

Base default_base(git_repository* repository, git_commit* head) {
  const auto other = mainline(repository);
  git_oid parted;
  if (other && git_merge_base(&parted, repository, git_commit_id(head), &*other) == 0 &&
      git_oid_equal(&parted, git_commit_id(head)) == 0)
    return tree_of(repository, parted);
  return parent_tree(head);
}

Base given_base(git_repository* repository, git_commit* head, const std::string& base) {
  auto id = resolve(repository, base);
  if (!id) id = resolve(repository, "refs/remotes/origin/" + base);
  if (!id)
    return fail(Fault::infrastructure,
                "cannot tell what changed: '" + base + "' is not in this repository", history_hint);
  git_oid parted;
  if (git_merge_base(&parted, repository, git_commit_id(head), &*id) == 0) *id = parted;
  return tree_of(repository, *id);
}

Result<std::vector<std::string>> differences(git_repository* repository, git_tree* base) {
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                  GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
  lib::Diff diff;
  if (git_diff_tree_to_workdir_with_index(lib::Out(diff), repository, base, &options) < 0)
    return lib::failed("cannot compare the working tree");
  std::set<std::string> paths;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    for (const char* path : {delta->old_file.path, delta->new_file.path})
      if (path != nullptr) paths.emplace(path);
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

}  // namespace

Result<std::vector<std::string>> changed_files(const std::filesystem::path& root,
                                               const std::string& base, const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const auto head = TRY(head_commit(repository.get()));
  if (!head) return std::vector<std::string>{};
  const bool told = base.find_first_not_of('0') != std::string::npos;
  const auto tree = TRY(told ? given_base(repository.get(), head.get(), base)
                             : default_base(repository.get(), head.get()));
  return differences(repository.get(), tree.get());
}

}  // namespace pipectl::git
