#include "core/exec/executor.hpp"

#include <csignal>

namespace pipectl {
namespace {

/// SIGKILL cannot be refused, but a process may be stuck in the kernel, on a dead network file
/// system for one. Nobody waits for that.
constexpr Milliseconds after_kill{10'000};

Finished result(const Process& process, Ended ended) {
  return Finished{process.status(), ended, process.drain_cut()};
}

}  // namespace

Finished supervise(Process& process, std::optional<SteadyTime> deadline, const CancelToken& cancel,
                   Milliseconds grace) {
  using std::chrono::steady_clock;
  const Waited first = process.wait(deadline, cancel);
  if (first == Waited::exited) return result(process, Ended::by_itself);
  const Ended ended = first == Waited::deadline ? Ended::timed_out : Ended::cancelled;

  if (cancel.reason() != CancelReason::hard) {
    process.interrupt();
    // A further, orderly cancellation does not shorten the grace.
    if (process.wait(steady_clock::now() + grace, cancel, CancelReason::user) == Waited::exited)
      return result(process, ended);
  }
  process.kill();
  if (process.wait(steady_clock::now() + after_kill, cancel, CancelReason::hard) == Waited::exited)
    return result(process, ended);
  return Finished{ExitStatus{true, SIGKILL}, ended, true};
}

}  // namespace pipectl
