#include "core/git/wire.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace pipectl::git {

Result<void> wait_ready(int fd, Direction direction, SteadyTime deadline,
                        const CancelToken& cancel) {
  const short events = direction == Direction::read ? POLLIN : POLLOUT;
  while (!cancel.cancelled()) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return fail(Fault::infrastructure, "timeout");
    std::array<pollfd, 2> fds{{{fd, events, 0}, {cancel.fd(), POLLIN, 0}}};
    const int wait = static_cast<int>(std::min<long>(left.count(), 3'600'000));
    const int ready = poll(fds.data(), fds.size(), wait);
    if (ready < 0 && errno != EINTR)
      return fail(Fault::infrastructure, std::string("poll: ") + std::strerror(errno));
    if (ready > 0 && fds[0].revents != 0 && !cancel.cancelled()) return {};
  }
  return fail(Fault::cancelled, "the checkout was cancelled");
}

}  // namespace pipectl::git
