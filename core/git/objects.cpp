#include "core/git/objects.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <vector>

#include "core/base/unique_fd.hpp"
#include "core/base/write_all.hpp"
#include "core/git/remote_error.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

std::string item(git_repository* repository, git_repository_item_t what) {
  lib::Buffer path;
  if (git_repository_item_path(path.raw(), repository, what) < 0) return {};
  return std::string(path.view());
}

bool is_object_folder(const std::string& name) {
  return name.size() == 2 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_object_file(const fs::path& path, bool is_pack) {
  if (!is_pack) return path.extension().empty();
  static const std::set<std::string> kept{".pack", ".idx", ".rev", ".promisor"};
  return path.filename().string().starts_with("pack-") && kept.contains(path.extension().string());
}

/// With the system's own reason: std::filesystem::copy_file calls a full disk an I/O error. The
/// number of the error, or 0.
int copy_bytes(const fs::path& from, const fs::path& to) {
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const UniqueFd target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!source || !target) return errno;
  std::vector<char> buffer(std::size_t{256} << 10U);
  while (true) {
    const ssize_t count = ::read(source.get(), buffer.data(), buffer.size());
    if (count <= 0) return count == 0 ? 0 : errno;
    const std::string_view got{buffer.data(), static_cast<std::size_t>(count)};
    if (const int error = write_all(target.get(), got)) return error;
  }
}

Result<void> link_file(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0 || errno == EEXIST) return {};
  // Another file system, one without links, or a file of somebody else's (fs.protected_hardlinks).
  const int error = copy_bytes(from, to);
  if (error == 0) return {};
  return tl::unexpected(local_failure("cannot copy " + from.string(), std::strerror(error)));
}

Result<void> link_folder(const fs::path& from, const fs::path& to, bool is_pack) {
  std::error_code error;
  fs::create_directories(to, error);
  if (error) return tl::unexpected(local_failure("cannot make " + to.string(), error.message()));
  for (auto entry = fs::directory_iterator(from, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const bool wanted =
        fs::is_regular_file(entry->symlink_status()) && is_object_file(entry->path(), is_pack);
    if (wanted) TRY(link_file(entry->path(), to / entry->path().filename()));
  }
  if (error) return tl::unexpected(local_failure("cannot read " + from.string(), error.message()));
  return {};
}

/// The alternates of `from` as absolute paths.
Result<void> pass_alternates_on(const fs::path& from, const fs::path& to) {
  std::ifstream lines(from / "info/alternates");
  std::string text;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && line.front() != '#')
      text += (from / line).lexically_normal().string() + "\n";
  if (text.empty()) return {};
  std::error_code ignored;
  fs::create_directories(to / "info", ignored);
  if (!(std::ofstream(to / "info/alternates") << text))
    return tl::unexpected(local_failure("cannot write in " + to.string(), std::strerror(errno)));
  return {};
}

Result<void> pass_shallow_on(git_repository* from, git_repository* to) {
  const fs::path roots = fs::path(git_repository_commondir(from)) / "shallow";
  std::error_code error;
  if (!fs::is_regular_file(roots, error)) return {};
  fs::copy_file(roots, fs::path(git_repository_commondir(to)) / "shallow",
                fs::copy_options::overwrite_existing, error);
  if (error) return tl::unexpected(local_failure("cannot copy " + roots.string(), error.message()));
  return {};
}

}  // namespace

Result<void> link_objects(git_repository* from, git_repository* to, const CancelToken& cancel) {
  const fs::path source = item(from, GIT_REPOSITORY_ITEM_OBJECTS);
  const fs::path target = item(to, GIT_REPOSITORY_ITEM_OBJECTS);
  std::error_code error;
  for (auto entry = fs::directory_iterator(source, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (cancel.cancelled()) return tl::unexpected(cancelled());
    const std::string name = entry->path().filename().string();
    if (!fs::is_directory(entry->symlink_status())) continue;
    if (name == "pack" || is_object_folder(name))
      TRY(link_folder(entry->path(), target / name, name == "pack"));
  }
  if (error)
    return tl::unexpected(local_failure("cannot read " + source.string(), error.message()));
  TRY(pass_alternates_on(source, target));
  return pass_shallow_on(from, to);
}

std::size_t count_packs(git_repository* repository) {
  std::size_t packs = 0;
  std::error_code error;
  const fs::path folder = fs::path(item(repository, GIT_REPOSITORY_ITEM_OBJECTS)) / "pack";
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".pack") ++packs;
  return packs;
}

void remove_leftovers(git_repository* repository) {
  std::error_code error;
  const fs::path folder = fs::path(item(repository, GIT_REPOSITORY_ITEM_OBJECTS)) / "pack";
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!is_object_file(entry.path(), true)) stale.push_back(entry.path());
  for (const auto& path : stale) fs::remove(path, error);
}

}  // namespace pipectl::git
