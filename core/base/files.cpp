#include "core/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>

#include "core/base/unique_fd.hpp"
#include "core/base/write_all.hpp"

namespace pipectl {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> file_error(std::string_view doing, const fs::path& path, int error) {
  return fail(Fault::infrastructure, fmt::format("cannot {} {}: {}", doing, path.string(),
                                                 std::generic_category().message(error)));
}

/// Opens without waiting for the other end of a named pipe, and refuses what is no regular file.
Result<UniqueFd> open_regular(const fs::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return file_error("read", path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return file_error("read", path, errno);
  if (S_ISDIR(info.st_mode)) return file_error("read", path, EISDIR);
  if (!S_ISREG(info.st_mode))
    return fail(Fault::infrastructure,
                fmt::format("cannot read {}: not a regular file", path.string()));
  return file;
}

Result<std::size_t> read_some(int fd, char* to, std::size_t size, const fs::path& path) {
  while (true) {
    const ssize_t got = ::read(fd, to, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return file_error("read", path, errno);
  }
}

/// Removes a half-written file unless it was published.
class Unpublished {
 public:
  explicit Unpublished(fs::path path) : path_(std::move(path)) {}
  ~Unpublished() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Unpublished(const Unpublished&) = delete;
  Unpublished& operator=(const Unpublished&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }
  void published() noexcept { path_.clear(); }

 private:
  fs::path path_;
};

fs::path name_beside(const fs::path& path) {
  std::uint64_t random = 0;
  // Cannot fail for so few bytes once the system has booted; a name in use is refused by O_EXCL.
  static_cast<void>(!::getrandom(&random, sizeof random, 0));
  return path.parent_path() / fmt::format(".{}.{:016x}.tmp", path.filename().string(), random);
}

/// Makes the rename itself survive a power loss.
Result<void> sync_folder(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return file_error("open", folder, errno);
  // Some file systems have no fsync for folders, and need none.
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return file_error("sync", folder, errno);
  return {};
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  std::string content;
  auto too_large = false;
  TRY(for_each_piece(path, [&](std::string_view piece) {
    too_large = too_large || piece.size() > limit - content.size();
    if (!too_large) content += piece;
  }));
  if (too_large)
    return fail(Fault::infrastructure,
                fmt::format("cannot read {}: larger than {} bytes", path.string(), limit));
  return content;
}

Result<void> for_each_piece(const fs::path& path,
                            const std::function<void(std::string_view)>& take) {
  const UniqueFd file = TRY(open_regular(path));
  // Not filled with zeros: for a small file that would be most of the work.
  const auto buffer = std::make_unique_for_overwrite<std::array<char, std::size_t{256} * 1024>>();
  while (true) {
    const std::size_t got = TRY(read_some(file.get(), buffer->data(), buffer->size(), path));
    if (got == 0) return {};
    take(std::string_view(buffer->data(), got));
  }
}

Result<void> write_file_atomically(const fs::path& path, std::string_view content, unsigned mode) {
  Unpublished temporary(name_beside(path));
  {
    const UniqueFd file(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                               static_cast<mode_t>(mode)));
    if (!file) return file_error("write", path, errno);
    if (const int error = write_all(file.get(), content)) return file_error("write", path, error);
    if (::fsync(file.get()) != 0) return file_error("write", path, errno);
  }
  if (::rename(temporary.path().c_str(), path.c_str()) != 0)
    return file_error("write", path, errno);
  temporary.published();
  return sync_folder(path);
}

}  // namespace pipectl
