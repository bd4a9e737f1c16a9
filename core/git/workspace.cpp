#include "core/git/workspace.hpp"

#include <fstream>
#include <map>

#include "core/git/open.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/session.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> failure(const std::string& what) {
  return tl::unexpected(local_failure(what, lib::last_message()));
}

Result<void> set_reference(git_repository* repository, const std::string& name, const git_oid& id) {
  lib::Reference made;
  if (git_reference_create(lib::Out(made), repository, name.c_str(), &id, 1, nullptr) < 0)
    return failure("cannot write the reference " + name);
  return {};
}

/// `git pull` in the workspace knows where from.
Result<void> set_upstream(git_repository* repository, const std::string& branch) {
  lib::Config config;
  if (git_repository_config(lib::Out(config), repository) < 0)
    return failure("cannot read the configuration");
  const std::string section = "branch." + branch;
  const std::string merge = "refs/heads/" + branch;
  if (git_config_set_string(config.get(), (section + ".remote").c_str(), "origin") < 0 ||
      git_config_set_string(config.get(), (section + ".merge").c_str(), merge.c_str()) < 0)
    return failure("cannot write the configuration");
  return {};
}

void on_checkout(const char* /*path*/, std::size_t done, std::size_t total, void* payload) {
  static_cast<Session*>(payload)->report({"checking out", done, total});
}

/// Called for every file before the first one is written.
// NOLINTNEXTLINE(readability-function-size): libgit2's signature
int on_notify(git_checkout_notify_t /*why*/, const char* /*path*/, const git_diff_file* /*base*/,
              const git_diff_file* /*target*/, const git_diff_file* /*there*/, void* payload) {
  return static_cast<Session*>(payload)->cancel.cancelled() ? GIT_EUSER : 0;
}

std::string renamed(const std::string& name) {
  constexpr std::string_view heads = "refs/heads/";
  if (name.starts_with(heads)) return "refs/remotes/origin/" + name.substr(heads.size());
  return name.starts_with("refs/tags/") ? name : std::string{};
}

/// A hand-made repository may list `refs/heads/../../x`.
bool is_valid(const std::string& name) {
  int valid = 0;
  return git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid == 1;
}

}  // namespace

Result<lib::Repository> make_repository(const fs::path& path, const std::string& origin) {
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_NO_REINIT;
  options.initial_head = "main";
  lib::Repository repository;
  if (git_repository_init_ext(lib::Out(repository), path.c_str(), &options) < 0)
    return failure("cannot make a repository in " + path.string());
  lib::Remote remote;
  if (!origin.empty() &&
      git_remote_create(lib::Out(remote), repository.get(), "origin", origin.c_str()) < 0)
    return failure("cannot set the remote of " + path.string());
  return repository;
}

/// Thousands of references, one file each, would take longer than the checkout: they are written as
/// git packs them.
Result<void> take_refs(git_repository* from, git_repository* to) {
  lib::ReferenceIterator references;
  if (git_reference_iterator_new(lib::Out(references), from) < 0)
    return failure("cannot list the references");
  std::map<std::string, std::string> packed;
  git_reference* raw = nullptr;
  while (git_reference_next(&raw, references.get()) == 0) {
    const lib::Reference reference(raw);
    const git_oid* id = git_reference_target(raw);
    const std::string name = renamed(git_reference_name(raw));
    if (id != nullptr && is_valid(name)) packed.emplace(name, lib::to_hex(*id));
  }
  const fs::path file = fs::path(git_repository_commondir(to)) / "packed-refs";
  std::ofstream out(file);
  for (const auto& [name, id] : packed) out << id << ' ' << name << '\n';
  if (!out.flush()) return tl::unexpected(local_failure("cannot write " + file.string(), "write"));
  return {};
}

Result<void> set_head(git_repository* repository, const Wanted& wanted, const git_oid& commit) {
  git_oid tag;
  if (!wanted.tag.empty() && git_oid_fromstr(&tag, wanted.id.c_str()) == 0)
    TRY(set_reference(repository, "refs/tags/" + wanted.tag, tag));
  if (wanted.branch.empty()) {
    if (git_repository_set_head_detached(repository, &commit) < 0)
      return failure("cannot set HEAD");
    return {};
  }
  TRY(set_reference(repository, "refs/remotes/origin/" + wanted.branch, commit));
  TRY(set_reference(repository, "refs/heads/" + wanted.branch, commit));
  TRY(set_upstream(repository, wanted.branch));
  if (git_repository_set_head(repository, ("refs/heads/" + wanted.branch).c_str()) < 0)
    return failure("cannot set HEAD");
  return {};
}

Result<std::vector<Gitlink>> write_files(git_repository* repository, git_commit* commit,
                                         Session& session) {
  lib::Tree tree;
  if (git_commit_tree(lib::Out(tree), commit) < 0) return failure("cannot read the commit's tree");
  auto links = TRY(check_tree(repository, tree.get(), session.cancel));
  git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  options.progress_cb = on_checkout;
  options.progress_payload = &session;
  options.notify_flags = GIT_CHECKOUT_NOTIFY_UPDATED;
  options.notify_cb = on_notify;
  options.notify_payload = &session;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): a tree is an object
  const auto* object = reinterpret_cast<const git_object*>(tree.get());
  if (git_checkout_tree(repository, object, &options) < 0) {
    if (session.cancel.cancelled()) return tl::unexpected(cancelled());
    return failure("cannot write the files of the commit");
  }
  if (session.cancel.cancelled()) return tl::unexpected(cancelled());
  return links;
}

GitInfo info_of(git_repository* repository, git_commit* commit, const Wanted& wanted) {
  GitInfo info = describe(repository, commit);
  info.branch = wanted.branch;
  if (!wanted.tag.empty()) info.tag = wanted.tag;
  return info;
}

}  // namespace pipectl::git
