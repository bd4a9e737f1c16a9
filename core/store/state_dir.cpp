#include "core/store/state_dir.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> own_names{".gitignore", "runs", "cache", "locks"};

bool is_own(std::string_view name) {
  return name.starts_with("runs.db") || name.starts_with("outbox.db") ||
         name.starts_with("audit.db") || std::ranges::find(own_names, name) != own_names.end();
}

/// Empty, or made by pipectl (perhaps by one that died while it did).
Result<void> check_contents(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    if (!is_own(it->path().filename().native()))
      return fail(
          Fault::infrastructure,
          fmt::format("{} is no state directory of pipectl: it holds '{}'",
                      printable(directory.native()), printable(it->path().filename().native())),
          "let PIPECTL_STATE_DIR name a new or empty directory");
  if (error) return io_error("read", directory, error.value());
  return {};
}

Result<void> check_owner(const fs::path& directory, const struct stat& info) {
  const uid_t user = ::geteuid();
  // Root may use what a user made: so it is in most containers, where the checkout is mounted.
  if (user == 0 || info.st_uid == user) return {};
  return fail(Fault::infrastructure,
              fmt::format("{} belongs to another user (uid {}, you are {})",
                          printable(directory.native()), info.st_uid, user),
              fmt::format("give it to you ('sudo chown -R {} {}'), or let PIPECTL_STATE_DIR name "
                          "another directory",
                          user, shell_quoted(directory.native())));
}

Result<void> ignore_in_git(const fs::path& directory) {
  const fs::path file = directory / ".gitignore";
  const UniqueFd opened(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!opened) {
    if (errno == EEXIST) return {};
    return io_error("write", file, errno);
  }
  if (::write(opened.get(), "*\n", 2) == 2) return {};
  const int error = errno;
  ::unlink(file.c_str());
  return io_error("write", file, error);
}

}  // namespace

Result<void> make_private_dir(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return io_error("make", directory, errno);
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0) return io_error("read", directory, errno);
  if (!S_ISDIR(info.st_mode)) return io_error("use", directory, ENOTDIR);
  return {};
}

Result<void> prepare_state_dir(const fs::path& directory) {
  std::error_code error;
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  if (error) return io_error("make", directory, error.value());
  if (::mkdir(directory.c_str(), 0700) != 0) {
    if (errno != EEXIST) return io_error("make", directory, errno);
    struct stat info {};
    // A link to a directory is the user's own choice of another disk.
    if (::stat(directory.c_str(), &info) != 0) return io_error("read", directory, errno);
    if (!S_ISDIR(info.st_mode)) return io_error("use", directory, ENOTDIR);
    TRY(check_owner(directory, info));
    TRY(check_contents(directory));
    // Some file systems know no modes; then there is nothing to tighten.
    if ((info.st_mode & 077) != 0) static_cast<void>(::chmod(directory.c_str(), 0700));
  }
  TRY(ignore_in_git(directory));
  TRY(make_private_dir(directory / "runs"));
  TRY(make_private_dir(directory / "cache"));
  return make_private_dir(directory / "locks");
}

}  // namespace pipectl::store
