#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/result.hpp"
#include "core/store/file_pattern.hpp"

namespace pipectl::store {

/// Tells one state of a file from another without reading it. Times are nanoseconds since 1970.
struct FileState {
  std::uint64_t size{0};
  std::int64_t mtime{0};
  std::int64_t ctime{0};  ///< also changes where somebody sets mtime back
  std::uint64_t inode{0};
  std::uint64_t device{0};
  bool operator==(const FileState&) const = default;
};

enum class Links { follow, keep };
/// Nothing where there is nothing.
struct FileInfo {
  FileState state;
  unsigned type{0};  ///< S_IFREG, S_IFLNK, …
  unsigned mode{0};
};
[[nodiscard]] std::optional<FileInfo> look_at(const std::filesystem::path& file, Links links);

struct FoundFile {
  enum class Kind {
    file,
    folder,
    link,         ///< to a file within the boundary
    folder_link,  ///< to a folder within the boundary
    dangling,     ///< a link to nothing
    escaping,     ///< a link that leads out of the boundary
    other,        ///< a socket, pipe or device
  };
  std::string path;  ///< relative to the root, any bytes
  Kind kind{Kind::file};
  unsigned mode{0};  ///< permission bits
  FileState state;   ///< of the thing itself: of a link, not of its target
};

struct FileQuery {
  std::filesystem::path root;      ///< patterns are relative to it
  std::filesystem::path boundary;  ///< `root` or a folder above it: what links must not leave
  std::vector<FilePattern> patterns;
  std::filesystem::path
      skip{};  ///< the state directory: not entered, but where the root lies in it
};

struct FileSet {
  std::vector<FoundFile> files;        ///< sorted by the bytes of their paths, each once
  std::vector<std::size_t> unmatched;  ///< patterns that found nothing, by position
};

/// Everything that the patterns name. Links to folders are found, not entered. `.git` and
/// `.pipectl` are entered only where a pattern spells them out. A folder that may not be read is
/// Fault::infrastructure; one that leads out of the boundary, in the fixed part of a pattern,
/// Fault::step. Thread-safe.
[[nodiscard]] Result<FileSet> find_files(const FileQuery& query, const CancelToken& cancel);

}  // namespace pipectl::store
