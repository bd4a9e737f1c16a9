#include <fstream>
#include <string_view>
#include <system_error>

#include "core/git/repository.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

/// `.git` is a directory with a HEAD, or a file that says where the real one is. An empty folder
/// named `.git` is neither.
bool is_git_entry(const fs::path& entry) {
  std::error_code ignored;
  const auto status = fs::status(entry, ignored);
  if (fs::is_directory(status)) {
    // HEAD may be a link, also a dangling one, in very old repositories.
    return fs::exists(fs::symlink_status(entry / "HEAD", ignored));
  }
  if (!fs::is_regular_file(status)) return false;
  std::ifstream file(entry);
  std::string word;
  return static_cast<bool>(file >> word) && word == "gitdir:";
}

bool contains(const fs::path& folder, const fs::path& path) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::optional<fs::path> root_from_environment(const fs::path& from, const EnvMap& environment) {
  const auto tree = environment.find("GIT_WORK_TREE");
  if (tree == environment.end() || tree->second.empty()) return std::nullopt;
  if (!environment.contains("GIT_DIR")) return std::nullopt;
  std::error_code error;
  const fs::path root = fs::canonical(tree->second, error);
  if (error || !contains(root, from)) return std::nullopt;
  return root;
}

}  // namespace

std::optional<fs::path> find_root(const fs::path& start, const EnvMap& environment) {
  std::error_code error;
  fs::path from = fs::weakly_canonical(fs::absolute(start, error), error);
  if (error) return std::nullopt;
  if (auto root = root_from_environment(from, environment)) return root;
  for (;; from = from.parent_path()) {
    if (is_git_entry(from / ".git")) return from;
    if (from == from.parent_path()) return std::nullopt;
  }
}

}  // namespace pipectl::git
