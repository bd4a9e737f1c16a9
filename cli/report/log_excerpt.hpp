#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.hpp"

namespace pipectl::cli {

/// A log, or its beginning and end where it is too long. Whole lines, as far as they are no longer
/// than an excerpt.
struct LogExcerpt {
  std::uint64_t bytes{0};  ///< of the whole log
  std::string head;        ///< all of it, when nothing is left out
  std::string tail;
  std::uint64_t omitted{0};    ///< bytes between the two
  std::uint64_t tail_line{0};  ///< number of the tail's first line
  bool found{false};
};

/// Reads it once, in memory that does not depend on its size. `most` bytes are kept: a quarter at
/// the beginning, the rest at the end, where the reason for a failure stands.
[[nodiscard]] Result<LogExcerpt> read_excerpt(const std::filesystem::path& log, std::size_t most);

}  // namespace pipectl::cli
