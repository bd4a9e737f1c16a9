#include "core/notify/courier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pipectl::notify {
namespace {

/// How soon a turn that another process has is asked for again.
constexpr Milliseconds glance{200};
/// No service is left alone for longer, whatever it says.
constexpr Milliseconds longest_due{std::chrono::hours{24}};

/// No entry of `notify:` is called so: for each target until when it wants to be left alone.
const std::string of_waits{"(waits)"};

class Memory final : public DeliveryMemory {
 public:
  Memory(store::Outbox& outbox, const std::string& target, const Clock& clock)
      : outbox_(outbox), target_(target), clock_(clock) {}
  std::optional<std::string> recall(const std::string& name) override {
    return outbox_.recall(target_, name).value_or(std::nullopt);
  }
  void remember(const std::string& name, const std::string& value) override {
    static_cast<void>(outbox_.remember(target_, name, value, clock_.wall()));
  }

 private:
  store::Outbox& outbox_;
  const std::string& target_;
  const Clock& clock_;
};

}  // namespace

Courier::Courier(CourierParts parts)
    : parts_(std::move(parts)),
      pacer_(parts_.notifier.pace()),
      chance_(std::random_device{}()),
      thread_([this] { work(); }) {}

Courier::~Courier() { stop(); }

void Courier::wake() {
  const std::lock_guard lock{mutex_};
  woken_ = true;
  idle_ = false;
  changed_.notify_all();
}

void Courier::stop() {
  stopping_.cancel(CancelReason::hard);
  {
    const std::lock_guard lock{mutex_};
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Courier::wait(SteadyTime deadline, const CancelToken& cancel, CancelReason seen) {
  std::unique_lock lock{mutex_};
  while (!idle_) {
    const auto now = std::chrono::steady_clock::now();
    if (stuck_ || now >= deadline || resting_until_ > deadline || cancel.reason() > seen)
      return false;
    // A cancellation does not wake a condition variable.
    changed_.wait_until(lock, std::min(deadline, now + Milliseconds{50}));
  }
  return true;
}

void Courier::work() {
  while (!stopping_.token().cancelled()) {
    try {
      step();
    } catch (const std::exception& error) {  // out of memory: nothing that a run has to know
      complain(fmt::format("{}: {}", parts_.target, error.what()));
      pause(glance);
    }
  }
  turn_.reset();
}

void Courier::step() {
  {
    const std::lock_guard lock{mutex_};
    woken_ = false;
  }
  auto post = parts_.outbox.next(parts_.target);
  if (!post) {
    complain(post.error().message);
    return pause(parts_.patience.backoff.first);
  }
  if (!*post) return nothing_left();
  if (!take_turn()) return pause(glance);
  // Another process may have delivered it before it gave its turn away.
  post = parts_.outbox.next(parts_.target);
  if (post && *post) deliver(std::move(**post));
}

void Courier::nothing_left() {
  turn_.reset();
  std::unique_lock lock{mutex_};
  idle_ = !woken_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return woken_ || stopping_.token().cancelled(); });
}

bool Courier::take_turn() {
  if (turn_) return true;
  auto turn = parts_.outbox.take_turn(parts_.target);
  if (!turn) complain(turn.error().message);
  if (!turn || *turn == nullptr) return false;
  turn_ = std::move(*turn);
  recall_wait();
  return true;
}

/// Whose turn it was before may have been told to wait.
void Courier::recall_wait() {
  const auto kept = parts_.outbox.recall(of_waits, parts_.target).value_or(std::nullopt);
  std::int64_t time = 0;
  if (kept) std::from_chars(kept->data(), kept->data() + kept->size(), time);
  left_alone_until_ = WallTime{Milliseconds{time}};
  // Written by a clock that was wrong, and has been set back since.
  if (left_alone_until_ > parts_.clock.wall() + longest_due) left_alone_until_ = {};
}

/// It is the target that wants to be left alone, whatever its next post is by then.
void Courier::leave_alone(Milliseconds wait) {
  const auto now = parts_.clock.wall();
  left_alone_until_ = now + std::min(wait, longest_due);
  const auto time = std::chrono::ceil<Milliseconds>(left_alone_until_.time_since_epoch()).count();
  const auto kept = parts_.outbox.remember(of_waits, parts_.target, fmt::to_string(time), now);
  if (!kept) complain(kept.error().message);
}

/// False when this process cannot deliver at all.
bool Courier::get_secrets() {
  if (secrets_) return true;
  const auto names = parts_.notifier.secrets();
  auto granted = parts_.grant(parts_.target, names, stopping_.token());
  if (!granted) {
    if (granted.error().fault != Fault::cancelled)
      complain(fmt::format("{}: {}", parts_.target, granted.error().message));
    return false;
  }
  // An optional secret that is not there switches a notifier off.
  if (granted->size() < names.size()) {
    static_cast<void>(parts_.outbox.remove_run(parts_.target, parts_.run));
    return false;
  }
  secrets_ = std::move(*granted);
  return true;
}

bool Courier::outlived(const store::WaitingPost& post) const {
  return parts_.clock.wall() - post.stored > parts_.patience.longest_age;
}

void Courier::deliver(store::WaitingPost post) {
  if (outlived(post)) return give_up(post, post.problem);
  if (!get_secrets()) {
    turn_.reset();
    std::unique_lock lock{mutex_};
    stuck_ = true;
    idle_ = parts_.outbox.waiting(parts_.target).value_or(1) == 0;
    changed_.notify_all();
    changed_.wait(lock, [this] { return woken_ || stopping_.token().cancelled(); });
    return;
  }
  const auto rest =
      std::max(std::chrono::ceil<Milliseconds>(left_alone_until_ - parts_.clock.wall()),
               std::chrono::ceil<Milliseconds>(not_before_ - std::chrono::steady_clock::now()));
  if (rest.count() > 0) return pause(std::min(rest, longest_due));
  if (const auto gap = pacer_.take(std::chrono::steady_clock::now()); gap.count() > 0)
    return pause(gap);
  Memory memory{parts_.outbox, parts_.target, parts_.clock};
  Delivery delivery{parts_.http, parts_.clock, stopping_.token(), parts_.host, *secrets_, memory};
  const OutboxItem item{post.key, {}, parts_.redactor.redact(post.payload)};
  const auto result = parts_.notifier.deliver(item, delivery);
  if (!result) return refused(std::move(post), result.error());
  refusals_ = 0;
  if (const auto removed = parts_.outbox.remove(post.id); !removed)
    complain(removed.error().message);
}

void Courier::refused(store::WaitingPost post, const Refusal& refusal) {
  if (stopping_.token().cancelled() || refusal.error.fault == Fault::cancelled) return;
  const auto why = parts_.redactor.redact(
      refusal.error.hint.empty()
          ? refusal.error.message
          : fmt::format("{} ({})", refusal.error.message, refusal.error.hint));
  if (refusal.retry == Refusal::Retry::never) return give_up(post, why);
  if (refusal.wait) leave_alone(*refusal.wait);
  ++post.attempts;
  refusals_ = std::max(refusals_ + 1, post.attempts);
  if (post.attempts >= parts_.patience.most_attempts) return give_up(post, why);
  const double share = std::uniform_real_distribution<double>{}(chance_);
  const auto rest = parts_.patience.backoff.wait(refusals_, share);
  not_before_ = std::chrono::steady_clock::now() + rest;
  post.problem = why;
  if (const auto kept = parts_.outbox.postpone(post); !kept) complain(kept.error().message);
}

void Courier::give_up(const store::WaitingPost& post, const std::string& why) {
  complain(why.empty() ? fmt::format("{}: gave up", parts_.target)
                       : fmt::format("{}: gave up: {}", parts_.target, why));
  if (const auto removed = parts_.outbox.remove(post.id); !removed)
    pause(parts_.patience.backoff.first);
}

void Courier::complain(const std::string& text) {
  const std::lock_guard lock{mutex_};
  ++complaints_[parts_.redactor.redact(text)];
}

/// Until the time is over or somebody wakes it: a new post may have superseded the one at hand.
void Courier::pause(Milliseconds time) {
  std::unique_lock lock{mutex_};
  resting_until_ = std::chrono::steady_clock::now() + time;
  changed_.notify_all();
  changed_.wait_until(lock, resting_until_,
                      [this] { return woken_ || stopping_.token().cancelled(); });
  resting_until_ = {};
}

std::vector<std::string> Courier::complaints() {
  std::vector<std::string> lines;
  for (const auto& [text, count] : complaints_)
    lines.push_back(count == 1 ? text : fmt::format("{} ({} times)", text, count));
  const auto waiting = parts_.outbox.waiting(parts_.target).value_or(0);
  if (waiting == 0) return lines;
  const auto first = parts_.outbox.next(parts_.target).value_or(std::nullopt);
  const auto why = first && !first->problem.empty() ? ": " + first->problem : std::string{};
  lines.push_back(fmt::format("{}: {} post{} not sent yet, the next pipectl run tries again{}",
                              parts_.target, waiting, waiting == 1 ? " is" : "s are", why));
  return lines;
}

}  // namespace pipectl::notify
