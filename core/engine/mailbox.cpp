#include "core/engine/mailbox.hpp"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <utility>

namespace pipectl {

namespace {

constexpr long quiet_ns = 5'000'000;

}  // namespace

Mailbox::Mailbox()
    : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      quiet_fd_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {}

Mailbox::~Mailbox() {
  ::close(fd_);
  ::close(quiet_fd_);
}

bool Mailbox::must_ring() noexcept { return !std::exchange(rung_, true); }

void Mailbox::ring() const noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(fd_, &one, sizeof one));
}

void Mailbox::ring_later() noexcept {
  if (rung_ || will_ring_) return;
  will_ring_ = true;
  const itimerspec once{{0, 0}, {0, quiet_ns}};
  ::timerfd_settime(quiet_fd_, 0, &once, nullptr);
}

/// Even if rung_ is false: who rings has let go of the mutex, and may do it after its mail was
/// taken.
void Mailbox::silence() const noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!::read(fd_, &count, sizeof count));
}

void Mailbox::silence_timer() noexcept {
  if (!std::exchange(will_ring_, false)) return;
  const itimerspec never{};
  ::timerfd_settime(quiet_fd_, 0, &never, nullptr);
}

void Mailbox::post(plan::NodeId node, std::variant<Spawned, Reason, Remember, Ended> what) {
  const bool quiet = std::holds_alternative<Spawned>(what) || std::holds_alternative<Reason>(what);
  std::unique_lock lock{mutex_};
  ended_ = ended_ || std::holds_alternative<Ended>(what);
  state_.push_back(State{node, std::move(what)});
  if (quiet) return ring_later();
  const bool ringing = must_ring();
  lock.unlock();
  if (ringing) ring();
}

void Mailbox::show(Shown shown) {
  const bool quiet = std::holds_alternative<event::StageNote>(shown.what);
  std::unique_lock lock{mutex_};
  shown_.push_back(std::move(shown));
  if (quiet) return ring_later();
  const bool ringing = must_ring();
  lock.unlock();
  if (ringing) ring();
}

bool Mailbox::offer_output(plan::NodeId node, Stream stream, std::string& text, Milliseconds wait) {
  std::unique_lock lock{mutex_};
  const auto has_room = [&] { return held_ == 0 || held_ + text.size() <= capacity; };
  if (!room_.wait_for(lock, wait, has_room)) return false;
  held_ += text.size();
  shown_.push_back(Shown{node, event::StageOutput{{}, stream, std::move(text)}});
  text.clear();
  const bool ringing = must_ring();
  lock.unlock();
  if (ringing) ring();
  return true;
}

Mailbox::Mail Mailbox::collect(Take take) {
  Mail mail;
  silence();  // first: what comes from now on rings again
  const std::lock_guard lock{mutex_};
  rung_ = false;
  silence_timer();
  mail.state.swap(state_);
  if (take == Take::everything || ended_) {
    mail.shown.swap(shown_);
    held_ = 0;
    room_.notify_all();
  }
  ended_ = false;
  if (!shown_.empty() && must_ring()) ring();  // what stayed behind must be heard of again
  return mail;
}

}  // namespace pipectl
