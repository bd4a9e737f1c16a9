#pragma once

#include <memory>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl {

enum class JobserverStyle {
  pipe,  ///< inherited descriptors: understood by make 4.3, cargo, ninja 1.13
  fifo,  ///< a named pipe: make >= 4.4; opt-in
};

/// A GNU make jobserver: `slots` tokens in a pipe that this process and all nested builds share, so
/// that together they use one CPU budget. A running stage of weight w holds w tokens; each child
/// has the first of them as its implicit slot.
/// Source: the GNU make manual, "POSIX Jobserver Interaction".
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
  /// No stage runs: puts back what killed children took with them. Returns how many that were.
  virtual unsigned refill_when_idle() noexcept = 0;
  /// Adds MAKEFLAGS (keeping what the user set there) to a child's environment.
  virtual void describe(EnvMap& env) const = 0;
  /// Descriptors that a child must inherit; -1 when none.
  [[nodiscard]] virtual int read_fd() const noexcept = 0;
  [[nodiscard]] virtual int write_fd() const noexcept = 0;
};

}  // namespace pipectl
