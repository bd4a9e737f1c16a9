#include "core/base/cancel.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace pipectl {
namespace {

constexpr std::size_t levels = 2;  // descriptors above none and user

void make_readable(int fd) noexcept {
  const std::uint64_t one = 1;
  // Cannot fail: the counter of a fresh eventfd has room for far more than the one write.
  static_cast<void>(!::write(fd, &one, sizeof one));
}

}  // namespace

struct CancelToken::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  void rise(CancelReason to) noexcept;
  int fd_above(CancelReason seen) noexcept;
  void follow(const std::shared_ptr<State>& self, std::shared_ptr<State> leader);

  std::atomic<CancelReason> reason{CancelReason::none};
  std::mutex mutex;                     // protects all below
  std::array<int, levels> fds{-1, -1};  // made when first asked for
  std::vector<std::weak_ptr<State>> children;
  std::shared_ptr<State> parent;  // constant after follow()
};

CancelToken::State::~State() {
  for (const int fd : fds)
    if (fd >= 0) ::close(fd);
  if (!parent) return;
  const std::lock_guard lock(parent->mutex);
  std::erase_if(parent->children, [](const auto& child) { return child.expired(); });
}

void CancelToken::State::rise(CancelReason to) noexcept {
  std::vector<std::shared_ptr<State>> followers;
  {
    const std::lock_guard lock(mutex);
    if (to <= reason.load(std::memory_order_relaxed)) return;
    const auto from = static_cast<std::size_t>(reason.load(std::memory_order_relaxed));
    reason.store(to, std::memory_order_release);
    for (std::size_t level = from; level < static_cast<std::size_t>(to); ++level)
      if (fds.at(level) >= 0) make_readable(fds.at(level));
    // Told outside the lock: letting go of the last reference to a child takes this lock again.
    for (const auto& child : children)
      if (auto alive = child.lock()) followers.push_back(std::move(alive));
  }
  for (const auto& follower : followers) follower->rise(to);
}

int CancelToken::State::fd_above(CancelReason seen) noexcept {
  if (seen == CancelReason::hard) return -1;  // nothing is above it
  const auto level = static_cast<std::size_t>(seen);
  const std::lock_guard lock(mutex);
  if (fds.at(level) < 0) {
    fds.at(level) = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fds.at(level) >= 0 && reason.load(std::memory_order_relaxed) > seen)
      make_readable(fds.at(level));
  }
  return fds.at(level);
}

void CancelToken::State::follow(const std::shared_ptr<State>& self, std::shared_ptr<State> leader) {
  if (!leader) return;
  parent = std::move(leader);
  {
    const std::lock_guard lock(parent->mutex);
    parent->children.push_back(self);
  }
  // After joining: a rise in between reaches this state twice, which does no harm.
  rise(parent->reason.load(std::memory_order_acquire));
}

CancelToken::CancelToken() = default;
CancelToken::CancelToken(std::shared_ptr<State> state) : state_(std::move(state)) {}

CancelReason CancelToken::reason() const noexcept {
  return state_ ? state_->reason.load(std::memory_order_acquire) : CancelReason::none;
}

int CancelToken::fd(CancelReason seen) const noexcept {
  return state_ ? state_->fd_above(seen) : -1;
}

bool CancelToken::wait_for(Milliseconds time, CancelReason seen) const noexcept {
  using std::chrono::steady_clock;
  constexpr Milliseconds slice_without_fd{50};
  const auto end = steady_clock::now() + time;
  pollfd watched{fd(seen), POLLIN, 0};
  while (reason() <= seen) {
    auto left = std::chrono::ceil<Milliseconds>(end - steady_clock::now());
    if (left <= Milliseconds{0}) return false;
    if (watched.fd < 0 && state_) left = std::min(left, slice_without_fd);
    left = std::min(left, Milliseconds{std::chrono::hours{24}});  // poll() counts in int
    ::poll(&watched, 1, static_cast<int>(left.count()));
  }
  return true;
}

CancelSource::CancelSource() : state_(std::make_shared<CancelToken::State>()) {}

CancelSource::CancelSource(const CancelToken& parent) : CancelSource() {
  state_->follow(state_, parent.state_);
}

void CancelSource::cancel(CancelReason reason) noexcept { state_->rise(reason); }

CancelToken CancelSource::token() const { return CancelToken(state_); }

}  // namespace pipectl
