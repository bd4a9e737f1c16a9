#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string_view>

namespace pipectl::sinks {

/// Writing to someone else's descriptor without ever blocking on it and without changing it.
class Descriptor {
 public:
  explicit Descriptor(int fd);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// For poll.
  [[nodiscard]] int fd() const noexcept { return own_ >= 0 ? own_ : fd_; }
  /// As write(2); -1 with EAGAIN when there is no room now. Call it after poll said that there is.
  [[nodiscard]] ssize_t write_some(std::string_view bytes) const noexcept;

 private:
  int fd_;
  int own_{-1};  ///< the same file, opened once more with O_NONBLOCK
  bool socket_{false};
  bool regular_{false};
};

}  // namespace pipectl::sinks
