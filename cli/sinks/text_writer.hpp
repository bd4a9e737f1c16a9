#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"

namespace pipectl::sinks {

/// Writes text to a descriptor from a thread of its own, so that whoever calls it never waits for a
/// slow reader: a stalled terminal, a full pipe.
///
/// Why not simply make the descriptor non-blocking: the flag belongs to the open file that the
/// shell and other processes share. So a terminal or pipe is opened once more through /proc (a new
/// open file, our own flag); a socket is sent to with MSG_DONTWAIT; a regular file does not block.
/// What can not be reopened is written in pieces of PIPE_BUF after poll says that there is room.
///
/// One thread calls it; `congested` and `idle` may be called by any.
class TextWriter {
 public:
  /// `capacity`: bytes held before `congested` is true.
  explicit TextWriter(int fd, std::size_t capacity = 256U << 10U);
  ~TextWriter();  ///< gives up what is still held
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  /// Never blocks. Takes the text even when congested: what must not be held back never is. Dropped
  /// once the reader has gone away (EPIPE) or the disk is full.
  void write(std::string_view text) noexcept;
  [[nodiscard]] bool congested() const noexcept;
  /// Everything has been written.
  [[nodiscard]] bool idle() const noexcept;
  /// errno of the write that failed for good, or 0.
  [[nodiscard]] int error() const noexcept;
  /// Accepts no more and waits until everything is written, at most until the deadline. True when
  /// it is; else it may be called again.
  bool finish(SteadyTime deadline) noexcept;

 private:
  void give_up() noexcept;

  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pipectl::sinks
