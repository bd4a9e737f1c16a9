#pragma once

#include <git2.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"

/// The thin layer over libgit2: owning handles and errors as values. Only core/git includes it.
namespace pipectl::git::lib {

template <auto Free>
struct Deleter {
  template <class Object>
  void operator()(Object* object) const noexcept {
    Free(object);
  }
};
template <class Object, auto Free>
using Handle = std::unique_ptr<Object, Deleter<Free>>;

using Repository = Handle<git_repository, git_repository_free>;
using Reference = Handle<git_reference, git_reference_free>;
using ReferenceIterator = Handle<git_reference_iterator, git_reference_iterator_free>;
using Object = Handle<git_object, git_object_free>;
using Commit = Handle<git_commit, git_commit_free>;
using Tag = Handle<git_tag, git_tag_free>;
using Tree = Handle<git_tree, git_tree_free>;
using Blob = Handle<git_blob, git_blob_free>;
using Config = Handle<git_config, git_config_free>;
using ConfigIterator = Handle<git_config_iterator, git_config_iterator_free>;
using Remote = Handle<git_remote, git_remote_free>;
using Diff = Handle<git_diff, git_diff_free>;
using StatusList = Handle<git_status_list, git_status_list_free>;
using Odb = Handle<git_odb, git_odb_free>;
using OdbObject = Handle<git_odb_object, git_odb_object_free>;
using TreeEntry = Handle<git_tree_entry, git_tree_entry_free>;
using RevWalk = Handle<git_revwalk, git_revwalk_free>;
using Signature = Handle<git_signature, git_signature_free>;

/// Passes a handle to a function of libgit2 that fills a pointer: `git_x_open(Out(x), …)`. The
/// handle is filled at the end of the whole expression, so the call stands alone in it.
template <class Pointer>
class Out {
 public:
  explicit Out(Pointer& target) noexcept : target_(target) {}
  ~Out() { target_.reset(raw_); }
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  // NOLINTNEXTLINE(google-explicit-constructor): stands where a T** is wanted
  operator typename Pointer::element_type **() noexcept { return &raw_; }

 private:
  Pointer& target_;
  typename Pointer::pointer raw_{nullptr};
};

/// A buffer that libgit2 fills.
class Buffer {
 public:
  Buffer() = default;
  ~Buffer() { git_buf_dispose(&raw_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  [[nodiscard]] git_buf* raw() noexcept { return &raw_; }
  [[nodiscard]] std::string_view view() const noexcept {
    return raw_.ptr == nullptr ? std::string_view{} : std::string_view{raw_.ptr, raw_.size};
  }

 private:
  git_buf raw_ = GIT_BUF_INIT;
};

/// Starts libgit2 at the first call, for the life of the process. Every public function of core/git
/// that needs libgit2 calls it first; thread-safe.
///
/// The check of who owns a repository is switched off: git has it because it runs programs that a
/// repository's configuration names (hooks, fsmonitor, filters). libgit2 runs none of them, and in
/// a container the checkout belongs to another user more often than not.
Result<void> start();

/// What libgit2 said last in this thread, on one line, without full stop.
[[nodiscard]] std::string last_message();

/// An infrastructure error from libgit2's last message: `cannot open /x: <why>`.
[[nodiscard]] tl::unexpected<Error> failed(std::string_view what, std::string hint = {});

/// The repository at exactly this path: a working tree's root, a .git directory or a bare one.
[[nodiscard]] Result<Repository> open(const std::string& path);

[[nodiscard]] std::string to_hex(const git_oid& id);

}  // namespace pipectl::git::lib
