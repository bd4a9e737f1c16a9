#include "core/store/io_error.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <system_error>

#include "core/base/text.hpp"

namespace pipectl::store {

std::string way_out(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space ('pipectl runs clean' removes old runs), or let PIPECTL_STATE_DIR "
             "name a directory on another disk";
    case EROFS:
    case EACCES:
    case EPERM:
      return "pipectl needs a directory that it may write to: let PIPECTL_STATE_DIR name one";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    default:
      return {};
  }
}

tl::unexpected<Error> io_error(std::string_view doing, const std::filesystem::path& path,
                               int error) {
  return fail(Fault::infrastructure,
              fmt::format("cannot {} {}: {}", doing, printable(path.native()),
                          std::generic_category().message(error)),
              way_out(error));
}

bool is_disk_full(const std::filesystem::path& path) noexcept {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return false;
  return info.f_bavail == 0 || (info.f_files != 0 && info.f_favail == 0);
}

}  // namespace pipectl::store
