#pragma once

#include <memory>

#include "core/base/clock.hpp"

namespace pipectl {

/// Why work is to stop, in rising urgency.
enum class CancelReason {
  none,
  user,  ///< Ctrl-C or SIGTERM, once: stop in order, clean up
  hard,  ///< Ctrl-C twice: stop at once
};

/// The observing end. Cheap to copy, safe from any thread.
class CancelToken {
 public:
  CancelToken();  ///< never cancelled
  [[nodiscard]] CancelReason reason() const noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return reason() != CancelReason::none; }

  /// A descriptor that poll() finds readable exactly while reason() > `seen`. Any number of
  /// observers may poll it, as nobody reads from it; who has dealt with one reason asks for the
  /// descriptor above that reason. Owned by the token's state and valid as long as a token or
  /// source of it lives. -1 (which poll() ignores) for a token that is never cancelled, and when
  /// the process is out of descriptors: poll with a bound and look at reason() then.
  [[nodiscard]] int fd(CancelReason seen = CancelReason::none) const noexcept;

  /// Sleeps until reason() > `seen` or the time is over; true in the first case.
  bool wait_for(Milliseconds time, CancelReason seen = CancelReason::none) const noexcept;

 private:
  friend class CancelSource;
  struct State;
  explicit CancelToken(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// The end that cancels. The reason only ever rises. A child source follows its parent; the parent
/// does not follow its children.
class CancelSource {
 public:
  CancelSource();
  explicit CancelSource(const CancelToken& parent);
  void cancel(CancelReason reason) noexcept;  ///< thread-safe; not async-signal-safe
  [[nodiscard]] CancelToken token() const;

 private:
  std::shared_ptr<CancelToken::State> state_;
};

}  // namespace pipectl
