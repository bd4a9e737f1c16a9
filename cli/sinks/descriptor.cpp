#include "cli/sinks/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace pipectl::sinks {

Descriptor::Descriptor(int fd) : fd_(fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return;
  socket_ = S_ISSOCK(info.st_mode);
  regular_ = S_ISREG(info.st_mode);
  if (!S_ISCHR(info.st_mode) && !S_ISFIFO(info.st_mode)) return;
  const auto path = fmt::format("/proc/self/fd/{}", fd);
  own_ = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

Descriptor::~Descriptor() {
  if (own_ >= 0) ::close(own_);
}

ssize_t Descriptor::write_some(std::string_view bytes) const noexcept {
  if (socket_) return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (own_ >= 0) return ::write(own_, bytes.data(), bytes.size());
  if (regular_) return ::write(fd_, bytes.data(), bytes.size());
  return ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
}

}  // namespace pipectl::sinks
