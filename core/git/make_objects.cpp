#include "core/git/make_objects.hpp"

#include "core/base/text.hpp"
#include "core/git/library.hpp"
#include "core/git/open.hpp"
#include "core/git/user_config.hpp"

namespace pipectl::git {
namespace {

Result<lib::Commit> find_commit(git_repository* repository, const std::string& sha) {
  git_oid id;
  lib::Commit commit;
  if (git_oid_fromstr(&id, sha.c_str()) < 0 ||
      git_commit_lookup(lib::Out(commit), repository, &id) < 0)
    return lib::failed("cannot read commit " + sha);
  return commit;
}

Result<lib::Tree> tree_of(git_commit* commit) {
  lib::Tree tree;
  if (git_commit_tree(lib::Out(tree), commit) < 0) return lib::failed("cannot read a commit");
  return tree;
}

Result<lib::Signature> signature_of(const Person& who) {
  lib::Signature signature;
  if (git_signature_new(lib::Out(signature), who.name.c_str(), who.email.c_str(), who.seconds, 0) <
      0)
    return lib::failed("'" + who.name + " <" + who.email + ">' cannot sign a commit");
  return signature;
}

/// The mode that the file has already.
git_filemode_t mode_in(const git_tree* tree, const std::string& path) {
  lib::TreeEntry entry;
  if (git_tree_entry_bypath(lib::Out(entry), tree, path.c_str()) < 0) return GIT_FILEMODE_BLOB;
  return git_tree_entry_filemode(entry.get());
}

Result<lib::Tree> changed_tree(git_repository* repository, git_tree* before,
                               const std::map<std::string, std::string>& files) {
  std::vector<git_tree_update> updates;
  for (const auto& [path, content] : files) {
    git_tree_update update{};
    update.action = GIT_TREE_UPDATE_UPSERT;
    update.filemode = mode_in(before, path);
    update.path = path.c_str();
    if (git_blob_create_from_buffer(&update.id, repository, content.data(), content.size()) < 0)
      return lib::failed("cannot keep " + path);
    updates.push_back(update);
  }
  git_oid id;
  lib::Tree tree;
  if (git_tree_create_updated(&id, repository, before, updates.size(), updates.data()) < 0 ||
      git_tree_lookup(lib::Out(tree), repository, &id) < 0)
    return lib::failed("cannot make the tree of the commit");
  return tree;
}

/// Paths that differ between the commit and its parent.
Result<std::vector<std::string>> paths_of(git_repository* repository, git_tree* before,
                                          git_tree* after) {
  lib::Diff diff;
  if (git_diff_tree_to_tree(lib::Out(diff), repository, before, after, nullptr) < 0)
    return lib::failed("cannot compare two commits");
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i)
    paths.emplace_back(git_diff_get_delta(diff.get(), i)->new_file.path);
  return paths;
}

/// Files of the commit, as long as they are as in `baseline`.
struct Bringing {
  git_repository* repository;
  git_commit* commit;

  int bring(git_tree* baseline, const std::vector<std::string>& paths, unsigned extra = 0) const {
    std::vector<char*> texts;
    texts.reserve(paths.size());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): libgit2 does not write to them
    for (const auto& path : paths) texts.push_back(const_cast<char*>(path.c_str()));
    git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
    options.checkout_strategy = GIT_CHECKOUT_SAFE | GIT_CHECKOUT_DISABLE_PATHSPEC_MATCH | extra;
    options.baseline = baseline;
    options.paths = {texts.data(), texts.size()};
    return git_checkout_tree(repository, object(), &options);
  }
  [[nodiscard]] git_object* object() const {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): a commit is an object
    return reinterpret_cast<git_object*>(commit);
  }
};

tl::unexpected<Error> not_brought(int code) {
  if (code != GIT_ECONFLICT) return lib::failed("cannot write the files of the release's commit");
  return fail(Fault::step, "files that the release changes were changed meanwhile",
              "put them back with 'git checkout HEAD -- FILE' and resume");
}

/// After a try that was interrupted some files are there and some are not; what somebody wrote
/// since then stays.
Result<void> bring_the_rest(const Bringing& files, git_tree* before, git_tree* after,
                            std::vector<std::string> paths) {
  for (const auto& path : paths) {
    int code = files.bring(before, {path});
    if (code == GIT_ECONFLICT) code = files.bring(after, {path});
    if (code < 0) return not_brought(code);
  }
  std::vector<char*> texts;
  texts.reserve(paths.size());
  for (auto& path : paths) texts.push_back(path.data());
  const git_strarray all{texts.data(), texts.size()};
  if (git_reset_default(files.repository, files.object(), &all) < 0)
    return lib::failed("cannot update the index");
  return {};
}

Result<void> move_head(git_repository* repository, const git_oid& from, const git_oid& to) {
  lib::Reference head;
  if (git_repository_head(lib::Out(head), repository) < 0) return lib::failed("cannot read HEAD");
  lib::Reference moved;
  const char* const log = "pipectl: release";
  const bool on_branch = git_reference_is_branch(head.get()) == 1;
  const char* const name = on_branch ? git_reference_name(head.get()) : "HEAD";
  if (git_reference_create_matching(lib::Out(moved), repository, name, &to, 1, &from, log) < 0)
    return lib::failed("cannot move the branch to the release's commit");
  return {};
}

/// git looks for a signature at the beginning of a line.
std::string whole_lines(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

/// The object alone; libgit2 signs no tags, so what it made is signed and written anew.
Result<git_oid> tag_object(git_repository* repository, const NewTag& tag, git_object* target) {
  const auto who = TRY(signature_of(tag.who));
  git_oid id;
  const std::string message = whole_lines(tag.message);
  if (git_tag_annotation_create(&id, repository, tag.name.c_str(), target, who.get(),
                                message.c_str()) < 0)
    return lib::failed("cannot make tag " + tag.name);
  if (!tag.sign) return id;
  lib::Odb odb;
  lib::OdbObject raw;
  if (git_repository_odb(lib::Out(odb), repository) < 0)
    return lib::failed("cannot read tag " + tag.name);
  if (git_odb_read(lib::Out(raw), odb.get(), &id) < 0)
    return lib::failed("cannot read tag " + tag.name);
  std::string text(static_cast<const char*>(git_odb_object_data(raw.get())),
                   git_odb_object_size(raw.get()));
  text += TRY(tag.sign(text));
  if (git_odb_write(&id, odb.get(), text.data(), text.size(), GIT_OBJECT_TAG) < 0)
    return lib::failed("cannot keep tag " + tag.name);
  return id;
}

/// The object of a tag that is there already and leads to the commit.
Result<std::optional<std::string>> existing_tag(git_repository* repository, const NewTag& tag) {
  lib::Reference reference;
  const std::string name = "refs/tags/" + tag.name;
  if (git_reference_lookup(lib::Out(reference), repository, name.c_str()) < 0) return std::nullopt;
  lib::Object commit;
  if (git_reference_peel(lib::Out(commit), reference.get(), GIT_OBJECT_COMMIT) < 0)
    return lib::failed("cannot read tag " + tag.name);
  const std::string leads_to = lib::to_hex(*git_object_id(commit.get()));
  if (leads_to != tag.commit)
    return fail(Fault::step,
                "tag " + tag.name + " exists already, at commit " + leads_to.substr(0, 10),
                "a tag that was published is never moved: release another version");
  return lib::to_hex(*git_reference_target(reference.get()));
}

/// `bare` stands for a name without a value in the repository's own file.
Result<std::optional<std::string>> configured(const std::filesystem::path& root,
                                              const std::string& name, const EnvMap& environment,
                                              const char* bare) {
  const auto user = UserConfig::load(environment);
  if (auto given = user.value(name, UserConfig::Part::variables)) return given;
  const auto repository = TRY(open_at(root, environment));
  lib::Config whole;
  lib::Config own;
  if (git_repository_config(lib::Out(whole), repository.get()) < 0)
    return lib::failed("cannot read the repository's configuration");
  lib::Handle<git_config_entry, git_config_entry_free> entry;
  const int code = git_config_open_level(lib::Out(own), whole.get(), GIT_CONFIG_LEVEL_LOCAL);
  if (code == 0 && git_config_get_entry(lib::Out(entry), own.get(), name.c_str()) == 0)
    return std::string(entry->value == nullptr ? bare : entry->value);
  return user.value(name);
}

}  // namespace

Result<std::optional<std::string>> config_value(const std::filesystem::path& root,
                                                const std::string& name,
                                                const EnvMap& environment) {
  return configured(root, name, environment, "");
}

Result<bool> config_truth(const std::filesystem::path& root, const std::string& name,
                          const EnvMap& environment) {
  const std::string value = TRY(configured(root, name, environment, "true")).value_or("false");
  int truth = 0;
  if (git_config_parse_bool(&truth, value.c_str()) < 0)
    return fail(Fault::usage, "git's configuration has '" + printable(value) + "' as " + name,
                "true or false is wanted");
  return truth != 0;
}

Result<std::string> write_commit(const std::filesystem::path& root, const NewCommit& commit,
                                 const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const auto parent = TRY(find_commit(repository.get(), commit.parent));
  const auto before = TRY(tree_of(parent.get()));
  const auto tree = TRY(changed_tree(repository.get(), before.get(), commit.files));
  const auto who = TRY(signature_of(commit.who));
  const git_commit* parents = parent.get();
  lib::Buffer text;
  const std::string message = whole_lines(commit.message);
  if (git_commit_create_buffer(text.raw(), repository.get(), who.get(), who.get(), nullptr,
                               message.c_str(), tree.get(), 1, &parents) < 0)
    return lib::failed("cannot make the release's commit");
  const std::string content(text.view());
  std::string signature;
  if (commit.sign) signature = TRY(commit.sign(content));
  git_oid id;
  if (git_commit_create_with_signature(&id, repository.get(), content.c_str(),
                                       signature.empty() ? nullptr : signature.c_str(),
                                       "gpgsig") < 0)
    return lib::failed("cannot keep the release's commit");
  return lib::to_hex(id);
}

Result<void> advance_head(const std::filesystem::path& root, const std::string& commit,
                          const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const auto target = TRY(find_commit(repository.get(), commit));
  const auto now = TRY(head_commit(repository.get()));
  const git_oid* const parent_id = git_commit_parent_id(target.get(), 0);
  if (parent_id == nullptr)
    return fail(Fault::bug, "the release's commit " + commit + " has no parent");
  const bool there =
      now && git_oid_equal(git_commit_id(now.get()), git_commit_id(target.get())) == 1;
  const bool before = now && git_oid_equal(git_commit_id(now.get()), parent_id) == 1;
  if (!there && !before)
    return fail(Fault::step, "HEAD has moved since the release began",
                "the release's commit " + commit.substr(0, 10) + " is to stand on its parent");
  const auto parent = TRY(find_commit(repository.get(), lib::to_hex(*parent_id)));
  const auto old_tree = TRY(tree_of(parent.get()));
  const auto new_tree = TRY(tree_of(target.get()));
  const auto paths = TRY(paths_of(repository.get(), old_tree.get(), new_tree.get()));
  const Bringing files{repository.get(), target.get()};
  if (there) return bring_the_rest(files, old_tree.get(), new_tree.get(), paths);
  if (const int code = files.bring(old_tree.get(), paths, GIT_CHECKOUT_DRY_RUN); code < 0)
    return not_brought(code);
  TRY(move_head(repository.get(), *parent_id, *git_commit_id(target.get())));
  const int code = files.bring(old_tree.get(), paths);
  return code < 0 ? Result<void>(not_brought(code)) : Result<void>();
}

Result<std::string> write_tag(const std::filesystem::path& root, const NewTag& tag,
                              const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  if (auto known = TRY(existing_tag(repository.get(), tag))) return *std::move(known);
  const auto commit = TRY(find_commit(repository.get(), tag.commit));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): a commit is an object
  auto* const target = reinterpret_cast<git_object*>(commit.get());
  const git_oid id = TRY(tag_object(repository.get(), tag, target));
  lib::Reference made;
  const std::string name = "refs/tags/" + tag.name;
  if (git_reference_create(lib::Out(made), repository.get(), name.c_str(), &id, 0,
                           "pipectl: release") < 0)
    return lib::failed("cannot make tag " + tag.name);
  return lib::to_hex(id);
}

}  // namespace pipectl::git
