#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/exec/command.hpp"
#include "core/model/run_event.hpp"

namespace pipectl {

/// Takes the bytes of a child as they come. Called by the thread that waits for the process.
class OutputSink {
 public:
  virtual ~OutputSink() = default;
  /// Takes `bytes` (moves from it) and returns true, or returns false after waiting at most `wait`
  /// for room: the process is then offered the same bytes again later and its pipe is not read
  /// meanwhile. Timeouts and cancellation go on in between.
  virtual bool offer(Stream stream, std::string& bytes, Milliseconds wait) = 0;
  /// The stream has ended. True when all that was held back of it has found its place; else it is
  /// called again, as offer() is.
  virtual bool end(Stream stream, Milliseconds wait) = 0;
};

/// Identifies a child beyond the reuse of its pid.
struct ProcessId {
  pid_t pid{0};
  std::uint64_t start_ticks{0};  ///< field 22 of /proc/PID/stat
};

enum class Waited { exited, deadline, cancelled };

/// A started child that leads a process group of its own. One thread uses it; interrupt and kill
/// may come from any thread, at any time, any number of times, also after the exit: the child stays
/// unreaped until this object goes, so that its pid names nobody else. Destroying it kills what is
/// left of the group: a background process that the command left behind lives until then. One that
/// made a session of its own (setsid) is out of reach here; leftovers.hpp finds those.
class Process {
 public:
  virtual ~Process() = default;
  [[nodiscard]] virtual ProcessId id() const noexcept = 0;
  /// Waits until the child ends, but no longer than a moment; true when it still runs then, or when
  /// that cannot be told. Its output is not read meanwhile. Most commands are over so soon that to
  /// find out and write down who they are would cost more than running them.
  [[nodiscard]] virtual bool outlives(Milliseconds /*moment*/) noexcept { return true; }
  /// Moves output to the sink until the child has ended and its pipes are closed, the deadline has
  /// passed, or `cancel` rises above `seen`. May be called again.
  ///
  /// Once the child itself has ended, only `exited` is returned, within bounds: a pipe that a
  /// grandchild keeps open is given up after the drain limit, and so is a sink that still refuses a
  /// drain limit after the deadline, a cancellation, interrupt() or kill(). After interrupt() the
  /// others of the group count as the child does: the deadline is theirs, too.
  virtual Waited wait(std::optional<SteadyTime> deadline, const CancelToken& cancel,
                      CancelReason seen = CancelReason::none) = 0;
  virtual void interrupt() noexcept = 0;  ///< SIGTERM to the group
  virtual void kill() noexcept = 0;       ///< SIGKILL to the group
  /// Valid once wait() returned `exited`.
  [[nodiscard]] virtual ExitStatus status() const noexcept = 0;
  /// Why nobody can tell how it ended: its container or the engine of it is gone. Asked after its
  /// exit; nothing for a process of this host.
  [[nodiscard]] virtual std::optional<Error> broken() const { return std::nullopt; }
  /// Output was given up: a grandchild kept the pipe open after the child's exit, or the sink
  /// refused for too long.
  [[nodiscard]] virtual bool drain_cut() const noexcept = 0;
};

/// Starts commands somewhere: on this host, in a container.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Program not found or not executable is Fault::step (exit codes 127 and 126 as a shell has
  /// them are in the message), as are arguments and variables that the kernel refuses (too large, a
  /// zero byte); anything else that prevents the start is Fault::infrastructure.
  virtual Result<std::unique_ptr<Process>> start(const Command& command, OutputSink& sink) = 0;
};

enum class Ended { by_itself, timed_out, cancelled };

struct Finished {
  ExitStatus status;
  Ended ended{Ended::by_itself};
  bool drain_cut{false};
};

/// Waits for a process to its very end: at the deadline or on cancellation interrupts the group,
/// grants `grace`, kills it, and drains what it had written. CancelReason::hard skips the grace.
[[nodiscard]] Finished supervise(Process& process, std::optional<SteadyTime> deadline,
                                 const CancelToken& cancel, Milliseconds grace);

}  // namespace pipectl
