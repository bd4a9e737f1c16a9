#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <string>

namespace pipectl::store::fixture {

/// A forked copy of the test that runs `work` and hands its text to the parent through a pipe.
class Child {
 public:
  /// `work` gets the writing end. Whatever it does, the child ends when it returns.
  explicit Child(const std::function<void(int)>& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      work(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    read_ = ends[0];
  }
  ~Child() {
    kill();
    if (read_ >= 0) ::close(read_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for one byte; false at the end.
  bool next() const {
    char byte = 0;
    return ::read(read_, &byte, 1) == 1;
  }
  /// Everything until the end.
  [[nodiscard]] std::string rest() const {
    std::string all;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::read(read_, buffer.data(), buffer.size())) > 0)
      all.append(buffer.data(), static_cast<std::size_t>(got));
    return all;
  }
  /// SIGKILL, and waits for the end.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_{-1};
  int read_{-1};
};

inline void say(int fd, const std::string& text) {
  static_cast<void>(!::write(fd, text.data(), text.size()));
}

}  // namespace pipectl::store::fixture
