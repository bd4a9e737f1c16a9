#include "core/store/copy_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/files.hpp"
#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/base/write_all.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

Result<UniqueFd> open_within(const fs::path& from, const fs::path& boundary) {
  UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!source) return io_error("read", from, errno);
  struct stat info {};
  if (::fstat(source.get(), &info) != 0) return io_error("read", from, errno);
  if (!S_ISREG(info.st_mode))
    return fail(Fault::step, fmt::format("{} is no regular file", printable(from.native())));
  if (lies_within(fmt::format("/proc/self/fd/{}", source.get()), boundary)) return source;
  return fail(
      Fault::step,
      fmt::format("{} leads out of {}", printable(from.native()), printable(boundary.native())),
      "name files that lie in the workspace");
}

/// In the kernel, where the file systems can do it.
Result<bool> copy_in_kernel(int from, int to, const fs::path& target) {
  constexpr std::size_t piece = std::size_t{64} << 20U;
  bool begun = false;
  while (true) {
    const ssize_t copied = ::copy_file_range(from, nullptr, to, nullptr, piece, 0);
    if (copied == 0) return begun;  // some file systems say 0 at once and mean no
    if (copied > 0) begun = true;
    if (copied > 0 || errno == EINTR) continue;
    if (errno == ENOSPC || errno == EDQUOT || errno == EIO) return io_error("write", target, errno);
    return false;
  }
}

Result<void> copy_by_hand(int from, int to, const fs::path& target) {
  std::string buffer(std::size_t{256} * 1024, '\0');
  while (true) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read for", target, errno);
    if (const int error = write_all(to, {buffer.data(), static_cast<std::size_t>(got)}))
      return io_error("write", target, error);
  }
}

}  // namespace

Result<CopiedFile> copy_file_within(const fs::path& from, const fs::path& boundary,
                                    const fs::path& to) {
  const UniqueFd source = TRY(open_within(from, boundary));
  struct stat info {};
  if (::fstat(source.get(), &info) != 0) return io_error("read", from, errno);
  const UniqueFd target(
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!target) return io_error("write", to, errno);
  const bool done = TRY(copy_in_kernel(source.get(), target.get(), to));
  // What the kernel copied before it gave up is behind both offsets.
  if (!done) TRY(copy_by_hand(source.get(), target.get(), to));
  const std::array<timespec, 2> times{info.st_mtim, info.st_mtim};
  // Niceties; a file system that has neither keeps the content all the same.
  static_cast<void>(!::fchmod(target.get(), (info.st_mode & 0777U) | 0600U));
  static_cast<void>(!::futimens(target.get(), times.data()));
  struct stat written {};
  if (::fstat(target.get(), &written) != 0) return io_error("read", to, errno);
  return CopiedFile{static_cast<std::uint64_t>(written.st_size), TRY(sha256_file(to))};
}

}  // namespace pipectl::store
