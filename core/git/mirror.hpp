#pragma once

#include <filesystem>

#include "core/base/unique_fd.hpp"
#include "core/git/library.hpp"
#include "core/git/session.hpp"

namespace pipectl::git {

/// A bare repository kept between runs, so that a checkout only fetches what is new.
///
/// Layout below the mirror folder (mode 0700), NAME from the URL and the depth:
///   NAME.lock   flock'd while the mirror is used; never removed, so that nobody locks a ghost
///   NAME.git    the mirror
///   NAME.new    one that is being made; it takes the name when its first fetch is complete
/// A crash leaves at most a NAME.new or a half-written pack: both are removed at the next opening.
/// References are written after the objects they need. Why not one mirror for all depths: a shallow
/// repository that is deepened and cut again is where git servers and clients have most errors.
class Mirror {
 public:
  /// Waits for the lock. Opens the mirror, or begins a new one where there is none, it cannot be
  /// opened, or it has grown to many packs.
  [[nodiscard]] static Result<Mirror> open(const Session& session, unsigned depth);

  [[nodiscard]] git_repository* repository() const noexcept { return repository_.get(); }
  /// Nothing in it is from an earlier run: an error in it will not go away by making it anew.
  [[nodiscard]] bool is_new() const noexcept { return new_; }
  /// After a fetch: the new one takes its name.
  Result<void> keep();
  /// Begins a new one; the old one stays until that is kept.
  Result<void> begin_anew();

  ~Mirror();
  Mirror(Mirror&& other) noexcept = default;
  Mirror& operator=(Mirror&&) = delete;
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

 private:
  Mirror(std::filesystem::path base, UniqueFd lock)
      : base_(std::move(base)), lock_(std::move(lock)) {}
  [[nodiscard]] std::filesystem::path with(const char* extension) const;

  std::filesystem::path base_;
  UniqueFd lock_;
  lib::Repository repository_;
  bool new_{false};
};

}  // namespace pipectl::git
