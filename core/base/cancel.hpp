#pragma once

#include <memory>

namespace pipectl {

/// Why work is to stop, in rising urgency.
enum class CancelReason {
  none,
  fail_fast,  ///< another stage failed
  user,       ///< Ctrl-C or SIGTERM, once: stop in order, clean up
  hard,       ///< Ctrl-C twice: stop at once
};

/// The observing end. Cheap to copy, safe from any thread.
class CancelToken {
 public:
  CancelToken();  ///< never cancelled
  [[nodiscard]] CancelReason reason() const noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return reason() != CancelReason::none; }
  /// Becomes readable (poll) when cancelled, and again when the reason rises; -1 for a token that
  /// never is. Owned by the source; never read from it.
  [[nodiscard]] int fd() const noexcept;

 private:
  friend class CancelSource;
  struct State;
  explicit CancelToken(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// The end that cancels. The reason only ever rises. A child source follows its parent.
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
