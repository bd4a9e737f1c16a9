#pragma once

#include <atomic>
#include <thread>

#include "core/base/cancel.hpp"

namespace pipectl::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a cancellation: the first stops in order, the second at
/// once. A thread of its own takes them, so that nothing that blocks elsewhere can hold them up.
/// Make it before any other thread: threads inherit the blocked signals from here.
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();  ///< signals act as before
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  [[nodiscard]] CancelToken token() const { return source_.token(); }
  /// The first signal that came, or 0.
  [[nodiscard]] int signal() const noexcept { return signal_.load(); }

 private:
  void watch();

  CancelSource source_;
  std::atomic<int> signal_{0};
  int stop_;  ///< eventfd that ends the thread
  std::thread thread_;
};

}  // namespace pipectl::cli
