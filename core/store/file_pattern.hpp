#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/glob.hpp"
#include "core/base/result.hpp"

namespace pipectl::store {

/// One pattern of `artifacts`, `cache: paths`, `inputs` or `outputs`, made ready for a walk.
///
/// It is relative and never leaves its folder: an absolute one and one with `..` are refused
/// (Fault::usage). A folder that matches stands for everything in it, with or without a slash at
/// its end. A pattern that begins with `!` takes away what it matches.
class FilePattern {
 public:
  [[nodiscard]] static Result<FilePattern> parse(std::string_view text);

  [[nodiscard]] bool excludes() const noexcept { return excludes_; }
  /// The folders before the first wildcard: where a walk begins. The whole pattern when it has
  /// none.
  [[nodiscard]] const std::string& base() const noexcept { return base_; }
  [[nodiscard]] bool is_literal() const noexcept { return literal_; }
  /// How many folders below `base` a match can lie; what matches there may go deeper.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }
  /// The path itself, not what lies below a match.
  [[nodiscard]] bool matches(std::string_view path) const { return glob_.matches(path); }
  /// The path, or a folder above it.
  [[nodiscard]] bool covers(std::string_view path) const;

 private:
  FilePattern(const std::string& pattern, bool excludes);

  bool excludes_;
  bool literal_;
  std::string base_;
  std::size_t depth_{0};
  Glob glob_;
  Glob below_;
};

/// Whether `path` is one that the patterns ask for: covered by one, taken away by none.
[[nodiscard]] bool any_covers(const std::vector<FilePattern>& patterns, std::string_view path);

[[nodiscard]] Result<std::vector<FilePattern>> parse_patterns(
    const std::vector<std::string>& patterns);

}  // namespace pipectl::store
