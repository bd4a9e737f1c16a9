#include "core/git/repository.hpp"

#include <system_error>

#include "core/base/text.hpp"
#include "core/git/library.hpp"
#include "core/git/open.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

std::string remote_url(git_repository* repository) {
  lib::Remote remote;
  if (git_remote_lookup(lib::Out(remote), repository, "origin") < 0) return {};
  const char* url = git_remote_url(remote.get());
  return url == nullptr ? std::string{} : without_credentials(url);
}

/// `git describe --exact-match --tags`: annotated tags first, newest first.
std::string tag_at(git_commit* commit) {
  git_describe_options options = GIT_DESCRIBE_OPTIONS_INIT;
  options.describe_strategy = GIT_DESCRIBE_TAGS;
  options.max_candidates_tags = 0;
  git_describe_result* raw = nullptr;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): a commit is an object
  if (git_describe_commit(&raw, reinterpret_cast<git_object*>(commit), &options) < 0) return {};
  const lib::Handle<git_describe_result, git_describe_result_free> result(raw);
  lib::Buffer name;
  git_describe_format_options format = GIT_DESCRIBE_FORMAT_OPTIONS_INIT;
  if (git_describe_format(name.raw(), result.get(), &format) < 0) return {};
  return std::string(name.view());
}

Result<bool> is_dirty(git_repository* repository) {
  if (git_repository_is_bare(repository) != 0) return false;
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
  lib::StatusList list;
  if (git_status_list_new(lib::Out(list), repository, &options) < 0)
    return lib::failed("cannot compare the working tree with HEAD");
  return git_status_list_entrycount(list.get()) > 0;
}

std::string branch_of_head(git_repository* repository) {
  lib::Reference head;
  if (git_repository_head(lib::Out(head), repository) < 0) return {};
  const bool attached = git_reference_is_branch(head.get()) == 1;
  return attached ? git_reference_shorthand(head.get()) : std::string{};
}

}  // namespace

std::string as_utf8(std::string text) {
  if (is_valid_utf8(text)) return text;
  std::string converted;
  for (const char raw : text) {
    const auto byte = static_cast<unsigned char>(raw);
    if (byte >= 0x80) converted += static_cast<char>(0xc0U | (byte >> 6U));
    converted += static_cast<char>(byte >= 0x80 ? 0x80U | (byte & 0x3fU) : byte);
  }
  return converted;
}

GitInfo describe(git_repository* repository, git_commit* commit) {
  GitInfo info;
  info.sha = lib::to_hex(*git_commit_id(commit));
  info.short_sha = info.sha.substr(0, 7);
  if (const git_signature* author = git_commit_author(commit))
    info.author = as_utf8(std::string(author->name) + " <" + author->email + ">");
  if (const char* message = git_commit_message(commit)) info.message = as_utf8(message);
  info.tag = tag_at(commit);
  info.remote = remote_url(repository);
  return info;
}

Result<lib::Repository> open_at(const std::filesystem::path& root, const EnvMap& environment) {
  std::error_code ignored;
  const auto elsewhere = environment.find("GIT_DIR");
  if (elsewhere == environment.end() || std::filesystem::exists(root / ".git", ignored))
    return lib::open(root.string());
  auto repository = TRY(lib::open(elsewhere->second));
  if (git_repository_set_workdir(repository.get(), root.c_str(), 0) < 0)
    return lib::failed("cannot use " + root.string() + " as working tree");
  return repository;
}

Result<std::string> origin_of(const std::filesystem::path& repository) {
  const auto opened = TRY(lib::open(repository.string()));
  return remote_url(opened.get());
}

Result<lib::Commit> head_commit(git_repository* repository) {
  lib::Reference head;
  const int code = git_repository_head(lib::Out(head), repository);
  if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND) return lib::Commit{};
  if (code < 0) return lib::failed("cannot read HEAD");
  lib::Commit commit;
  git_object* object = nullptr;
  if (git_reference_peel(&object, head.get(), GIT_OBJECT_COMMIT) < 0)
    return lib::failed("cannot read the commit of HEAD");
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): peeled to a commit
  commit.reset(reinterpret_cast<git_commit*>(object));
  return commit;
}

Result<GitInfo> read_info(const std::filesystem::path& root, const EnvMap& environment) {
  const auto repository = TRY(open_at(root, environment));
  const auto commit = TRY(head_commit(repository.get()));
  if (!commit) return GitInfo{};
  GitInfo info = describe(repository.get(), commit.get());
  info.branch = branch_of_head(repository.get());
  info.dirty = TRY(is_dirty(repository.get()));
  return info;
}

}  // namespace pipectl::git
