#pragma once

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/exec/executor.hpp"

namespace pipectl::test {

/// Only a failing test ever waits this long.
constexpr Milliseconds long_time{120'000};

/// Keeps all that a child writes, and may react to it.
class Capture final : public OutputSink {
 public:
  using Hook = std::function<void(const std::string& all_of_stdout)>;
  explicit Capture(Hook hook = {}) : hook_(std::move(hook)) {}

  bool offer(Stream stream, std::string& bytes, Milliseconds) override {
    text_.at(static_cast<std::size_t>(stream)) += bytes;
    if (hook_ && stream == Stream::out) hook_(text_[0]);
    return true;
  }
  bool end(Stream stream, Milliseconds) override {
    ++ends_.at(static_cast<std::size_t>(stream));
    return true;
  }
  [[nodiscard]] const std::string& out() const { return text_[0]; }
  [[nodiscard]] const std::string& err() const { return text_[1]; }
  /// How often each stream was said to have ended.
  [[nodiscard]] std::array<int, 2> ends() const { return ends_; }

 private:
  Hook hook_;
  std::array<std::string, 2> text_;
  std::array<int, 2> ends_{};
};

/// Cancels as soon as the child has written `word`.
inline Capture::Hook cancel_at(std::string word, CancelSource& source, CancelReason reason) {
  return [word = std::move(word), &source, reason](const std::string& all) {
    if (all.find(word) != std::string::npos) source.cancel(reason);
  };
}

inline Command command(std::vector<std::string> argv) {
  return Command{std::move(argv), {{"PATH", "/usr/local/bin:/usr/bin:/bin"}}, "/", std::nullopt};
}

inline Command shell(std::string script, std::vector<std::string> arguments = {}) {
  std::vector<std::string> argv{"sh", "-c", std::move(script), "sh"};
  for (auto& argument : arguments) argv.push_back(std::move(argument));
  return command(std::move(argv));
}

/// Waits for a process that need not be a child; false if it does not end.
inline bool wait_until_gone(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd watched{fd, POLLIN, 0};
  const bool gone = ::poll(&watched, 1, static_cast<int>(long_time.count())) == 1;
  ::close(fd);
  return gone;
}

}  // namespace pipectl::test
