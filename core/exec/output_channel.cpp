#include "core/exec/output_channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace pipectl {
namespace {

constexpr std::size_t first_read = 4096;
constexpr std::size_t flood_read = std::size_t{256} * 1024;
constexpr std::size_t endless = std::numeric_limits<std::size_t>::max();

}  // namespace

OutputChannel::OutputChannel(Stream stream, UniqueFd pipe, OutputSink& sink)
    : stream_(stream), sink_(sink), pipe_(std::move(pipe)), size_(first_read), left_(endless) {}

std::size_t OutputChannel::room() const noexcept { return std::min(size_, left_); }

/// Most commands write little: only for one that floods a large pipe and buffer pay.
void OutputChannel::grow() {
  if (size_ == flood_read) return;
  size_ = flood_read;
  // Refused when the user's pipes hold too much already; the pipe then keeps its size.
  static_cast<void>(::fcntl(pipe_.get(), F_SETPIPE_SZ, static_cast<int>(flood_read)));
}

void OutputChannel::read() {
  // Keeps the capacity, and what a sink left in it: in a flood nothing is filled with zeros.
  bytes_.resize(room());
  const ssize_t got = ::read(pipe_.get(), bytes_.data(), bytes_.size());
  if (got > 0) {
    if (static_cast<std::size_t>(got) == size_) grow();
    bytes_.resize(static_cast<std::size_t>(got));
    pending_ = true;
    if (left_ != endless) left_ -= bytes_.size();
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    pipe_.reset();
  }
  if (left_ == 0) pipe_.reset();
}

bool OutputChannel::deliver(Milliseconds wait) {
  if (pending_) {
    if (!sink_.offer(stream_, bytes_, wait)) return false;
    pending_ = false;
  }
  if (!open() && !ended_) ended_ = sink_.end(stream_, wait);
  return open() || ended_;
}

bool OutputChannel::cut() {
  pollfd state{pipe_.get(), 0, 0};
  // Hung up: all writers are gone, and what the pipe still holds is all that there will be.
  if (!open() || (::poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0)) return false;
  int waiting = 0;
  if (::ioctl(pipe_.get(), FIONREAD, &waiting) != 0) waiting = 0;
  left_ = static_cast<std::size_t>(waiting);
  if (left_ == 0) pipe_.reset();
  return true;
}

bool OutputChannel::give_up() {
  // What is still to be read is not much, and does not wait for anybody.
  if (!blocked()) return false;
  const bool lost = open() || pending_;
  pipe_.reset();
  pending_ = false;
  const bool ended = sink_.end(stream_, Milliseconds{0});
  ended_ = true;
  return lost || !ended;
}

}  // namespace pipectl
