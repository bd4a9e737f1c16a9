#pragma once

#include <memory>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl {

enum class JobserverStyle {
  pipe,  ///< inherited descriptors: understood by every make and by cargo
  fifo,  ///< a named pipe: make >= 4.4, cargo, ninja >= 1.13; opt-in, as older ones fail on it
};

/// A GNU make jobserver: `slots` tokens in a pipe that this process and all nested builds share, so
/// that together they use one CPU budget. A running stage of weight w holds w tokens; each child
/// has the first of them as its implicit slot. Used by one thread; children take and put back
/// tokens at any time.
///
/// The pipe's two descriptors for children have numbers of 100 and more, out of the way of scripts
/// that use 3 to 9 themselves. This process does not read through them: make sets the one that all
/// share to non-blocking or not as its version needs it, so the server has an open file of its own
/// on the same pipe. Source: the GNU make manual, "POSIX Jobserver Interaction"; make 4.3,
/// src/posixos.c.
class Jobserver {
 public:
  static Result<std::unique_ptr<Jobserver>> create(unsigned slots, JobserverStyle style);
  virtual ~Jobserver() = default;

  [[nodiscard]] virtual unsigned slots() const noexcept = 0;
  /// Takes `count` (at most slots()) tokens, all or none; never blocks.
  virtual bool try_acquire(unsigned count) noexcept = 0;
  virtual void release(unsigned count) noexcept = 0;
  /// Readable (poll) when tokens are there.
  [[nodiscard]] virtual int fd() const noexcept = 0;
  /// No stage runs: puts back what killed children took with them (and takes out what a leftover
  /// of one put back later). Returns how many were missing. Does nothing while tokens are held.
  virtual unsigned refill_when_idle() noexcept = 0;
  /// Adds MAKEFLAGS (keeping what the user set there) to a child's environment.
  virtual void describe(EnvMap& env) const = 0;
  /// Descriptors that a child must inherit; -1 when none.
  [[nodiscard]] virtual int read_fd() const noexcept = 0;
  [[nodiscard]] virtual int write_fd() const noexcept = 0;
};

}  // namespace pipectl
