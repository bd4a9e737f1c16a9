#include "core/git/tagged_history.hpp"

#include <map>

#include "core/git/library.hpp"
#include "core/git/open.hpp"
#include "core/git/repository.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

Result<git_oid> oid_of(const std::string& sha) {
  git_oid id;
  if (git_oid_fromstr(&id, sha.c_str()) < 0)
    return fail(Fault::bug, "'" + sha + "' is no commit's name");
  return id;
}

struct TagList {
  git_repository* repository;
  std::vector<TagFact> tags;
};

int take_tag(const char* name, git_oid* id, void* payload) {
  auto& list = *static_cast<TagList*>(payload);
  lib::Object object;
  if (git_object_lookup(lib::Out(object), list.repository, id, GIT_OBJECT_ANY) < 0) return 0;
  lib::Object commit;
  if (git_object_peel(lib::Out(commit), object.get(), GIT_OBJECT_COMMIT) < 0) return 0;
  constexpr std::string_view prefix = "refs/tags/";
  std::string_view shortened = name;
  if (shortened.starts_with(prefix)) shortened.remove_prefix(prefix.size());
  list.tags.push_back(
      {std::string(shortened), lib::to_hex(*id), lib::to_hex(*git_object_id(commit.get())), false});
  return 0;
}

/// One walk for all tags: asking for each would walk once for each.
Result<void> mark_reachable(git_repository* repository, std::vector<TagFact>& tags) {
  std::multimap<std::string, TagFact*> waiting;
  for (auto& tag : tags) waiting.emplace(tag.commit, &tag);
  lib::RevWalk walk;
  if (git_revwalk_new(lib::Out(walk), repository) < 0)
    return lib::failed("cannot walk the history");
  if (git_revwalk_push_head(walk.get()) < 0) return lib::failed("cannot walk the history");
  git_oid id;
  while (!waiting.empty() && git_revwalk_next(&id, walk.get()) == 0) {
    const auto [first, last] = waiting.equal_range(lib::to_hex(id));
    for (auto at = first; at != last; ++at) at->second->reachable = true;
    waiting.erase(first, last);
  }
  return {};
}

Result<void> read_status(git_repository* repository, ReleaseFacts& facts) {
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
  lib::StatusList list;
  if (git_status_list_new(lib::Out(list), repository, &options) < 0)
    return lib::failed("cannot compare the working tree with HEAD");
  for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const git_status_entry* const entry = git_status_byindex(list.get(), i);
    const git_diff_delta* const delta =
        entry->head_to_index != nullptr ? entry->head_to_index : entry->index_to_workdir;
    const bool is_new = entry->status == GIT_STATUS_WT_NEW;
    (is_new ? facts.untracked : facts.changed).emplace_back(delta->new_file.path);
  }
  return {};
}

std::string url_of(git_repository* repository, const std::string& name) {
  lib::Remote remote;
  if (git_remote_lookup(lib::Out(remote), repository, name.c_str()) < 0) return {};
  const char* const pushed = git_remote_pushurl(remote.get());
  const char* const url = pushed != nullptr ? pushed : git_remote_url(remote.get());
  return url == nullptr ? std::string{} : without_credentials(url);
}

Result<lib::Tree> tree_of(git_commit* commit) {
  lib::Tree tree;
  if (git_commit_tree(lib::Out(tree), commit) < 0) return lib::failed("cannot read a commit");
  return tree;
}

/// Whether the paths differ between the commit and its parent of this number (none: to nothing).
Result<bool> differs(git_repository* repository, git_commit* commit, unsigned parent_number,
                     git_diff_options& options) {
  const lib::Tree tree = TRY(tree_of(commit));
  lib::Tree before;
  if (git_commit_parentcount(commit) > 0) {
    lib::Commit parent;
    if (git_commit_parent(lib::Out(parent), commit, parent_number) < 0)
      return lib::failed("cannot read a parent");
    before = TRY(tree_of(parent.get()));
  }
  lib::Diff diff;
  if (git_diff_tree_to_tree(lib::Out(diff), repository, before.get(), tree.get(), &options) < 0)
    return lib::failed("cannot compare two commits");
  return git_diff_num_deltas(diff.get()) > 0;
}

Result<bool> touches(git_repository* repository, git_commit* commit,
                     const std::vector<std::string>& paths) {
  if (paths.empty()) return true;
  std::vector<char*> texts;
  texts.reserve(paths.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): libgit2 does not write to them
  for (const auto& path : paths) texts.push_back(const_cast<char*>(path.c_str()));
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.pathspec = {texts.data(), texts.size()};
  const unsigned parents = git_commit_parentcount(commit);
  for (unsigned i = 0; i < std::max(parents, 1U); ++i)
    if (!TRY(differs(repository, commit, i, options))) return false;
  return true;
}

Result<lib::Commit> commit_of(git_repository* repository, const git_oid& id) {
  lib::Commit commit;
  if (git_commit_lookup(lib::Out(commit), repository, &id) < 0)
    return lib::failed("cannot read commit " + lib::to_hex(id));
  return commit;
}

}  // namespace

Result<ReleaseFacts> read_release_facts(const std::filesystem::path& folder,
                                        const std::string& remote, const EnvMap& environment) {
  const auto root = find_root(folder, environment);
  if (!root)
    return fail(Fault::usage, folder.string() + " lies in no git repository",
                "a release is made from a commit");
  const auto repository = TRY(open_at(*root, environment));
  ReleaseFacts facts;
  facts.root = *root;
  facts.remote = url_of(repository.get(), remote);
  const auto head = TRY(head_commit(repository.get()));
  if (!head) return facts;
  facts.head = lib::to_hex(*git_commit_id(head.get()));
  lib::Reference reference;
  if (git_repository_head(lib::Out(reference), repository.get()) < 0)
    return lib::failed("cannot read HEAD");
  if (git_reference_is_branch(reference.get()) == 1)
    facts.branch = git_reference_shorthand(reference.get());
  facts.shallow = git_repository_is_shallow(repository.get()) == 1;
  TagList list{repository.get(), {}};
  if (git_tag_foreach(repository.get(), take_tag, &list) < 0)
    return lib::failed("cannot list the tags");
  facts.tags = std::move(list.tags);
  TRY(mark_reachable(repository.get(), facts.tags));
  TRY(read_status(repository.get(), facts));
  return facts;
}

Result<std::vector<CommitFact>> commits_in(const std::filesystem::path& root,
                                           const CommitRange& range, const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  lib::RevWalk walk;
  if (git_revwalk_new(lib::Out(walk), repository.get()) < 0)
    return lib::failed("cannot walk the history");
  git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
  const git_oid to = TRY(oid_of(range.to));
  if (git_revwalk_push(walk.get(), &to) < 0) return lib::failed("cannot walk the history");
  for (const auto& sha : range.without) {
    const git_oid id = TRY(oid_of(sha));
    if (git_revwalk_hide(walk.get(), &id) < 0) return lib::failed("cannot walk the history");
  }
  std::vector<CommitFact> commits;
  git_oid id;
  while (git_revwalk_next(&id, walk.get()) == 0) {
    const auto commit = TRY(commit_of(repository.get(), id));
    if (!TRY(touches(repository.get(), commit.get(), range.paths))) continue;
    const char* const message = git_commit_message(commit.get());
    commits.push_back({lib::to_hex(id), as_utf8(message == nullptr ? "" : message)});
  }
  return commits;
}

Result<std::optional<std::string>> file_at(const std::filesystem::path& root,
                                           const std::string& commit, const std::string& path,
                                           const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const auto found = TRY(commit_of(repository.get(), TRY(oid_of(commit))));
  const auto tree = TRY(tree_of(found.get()));
  lib::TreeEntry entry;
  const int code = git_tree_entry_bypath(lib::Out(entry), tree.get(), path.c_str());
  if (code == GIT_ENOTFOUND) return std::nullopt;
  if (code < 0) return lib::failed("cannot look for " + path);
  if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB ||
      git_tree_entry_filemode(entry.get()) == GIT_FILEMODE_LINK)
    return fail(Fault::usage, path + " is no plain file in the commit");
  lib::Blob blob;
  if (git_blob_lookup(lib::Out(blob), repository.get(), git_tree_entry_id(entry.get())) < 0)
    return lib::failed("cannot read " + path);
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                     static_cast<std::size_t>(git_blob_rawsize(blob.get())));
}

Result<std::optional<CommitFact>> commit_before(const std::filesystem::path& root,
                                                const std::string& commit, unsigned up,
                                                const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const auto from = TRY(commit_of(repository.get(), TRY(oid_of(commit))));
  lib::Commit found;
  const int code = git_commit_nth_gen_ancestor(lib::Out(found), from.get(), up);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  if (code < 0) return lib::failed("cannot read a parent");
  const char* const message = git_commit_message(found.get());
  return CommitFact{lib::to_hex(*git_commit_id(found.get())),
                    as_utf8(message == nullptr ? "" : message)};
}

Result<std::string> tag_text(const std::filesystem::path& root, const std::string& object,
                             const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const git_oid id = TRY(oid_of(object));
  lib::Tag tag;
  if (git_tag_lookup(lib::Out(tag), repository.get(), &id) < 0) return std::string{};
  const char* const message = git_tag_message(tag.get());
  return as_utf8(message == nullptr ? "" : message);
}

Result<bool> leads_to(const std::filesystem::path& root, const std::string& ancestor,
                      const std::string& commit, const EnvMap& environment) {
  if (ancestor == commit) return true;
  const auto repository = TRY(open_at(root, environment));
  const git_oid from = TRY(oid_of(ancestor));
  const git_oid to = TRY(oid_of(commit));
  lib::Commit known;
  if (git_commit_lookup(lib::Out(known), repository.get(), &from) < 0) return false;
  if (git_commit_lookup(lib::Out(known), repository.get(), &to) < 0) return false;
  const int answer = git_graph_descendant_of(repository.get(), &to, &from);
  if (answer < 0) return lib::failed("cannot compare two commits");
  return answer == 1;
}

}  // namespace pipectl::git
