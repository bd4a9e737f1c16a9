#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>
#include <system_error>
#include <vector>

#include "core/base/files.hpp"

namespace pipectl {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as the kernel has it

/// Where a link points, empty when it is none (or is not there); nothing when that cannot be told.
std::optional<std::string> link_target(const fs::path& path) {
  std::array<char, 4096> target;  // not filled: this is asked for every part of every path
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size >= 0) return std::string(target.data(), static_cast<std::size_t>(size));
  if (errno == EINVAL || errno == ENOENT || errno == ENOTDIR) return std::string();
  return std::nullopt;
}

/// The path with every link followed, a dangling one too: std::filesystem::weakly_canonical keeps a
/// dangling link as it is, though a file written there would appear at its target.
std::optional<fs::path> resolved(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error) return std::nullopt;
  std::deque<fs::path> pending(absolute.begin(), absolute.end());
  fs::path done = "/";
  int links = 0;
  while (!pending.empty()) {
    const fs::path part = std::move(pending.front());
    pending.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "/" || part == "..") {
      done = part == "/" ? fs::path("/") : done.parent_path();
      continue;
    }
    const auto target = link_target(done / part);
    if (!target || (!target->empty() && ++links > most_links)) return std::nullopt;
    if (target->empty()) {
      done /= part;
      continue;
    }
    const fs::path next(*target);
    pending.insert(pending.begin(), next.begin(), next.end());
  }
  return done;
}

}  // namespace

bool lies_within(const fs::path& path, const fs::path& root) {
  if (path.native() == root.native() && !root.empty()) return true;  // wherever its links lead
  const auto inner = resolved(path);
  const auto outer = resolved(root);
  if (!inner || !outer) return false;
  return std::mismatch(outer->begin(), outer->end(), inner->begin(), inner->end()).first ==
         outer->end();
}

}  // namespace pipectl
