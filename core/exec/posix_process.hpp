#pragma once

#include <atomic>

#include "core/base/unique_fd.hpp"
#include "core/exec/executor.hpp"
#include "core/exec/output_channel.hpp"

namespace pipectl {

/// A child of this process that leads a session of its own.
class PosixProcess final : public Process {
 public:
  struct Pipes {
    UniqueFd out;
    UniqueFd err;
  };
  PosixProcess(pid_t pid, Pipes pipes, OutputSink& sink, Milliseconds drain);
  ~PosixProcess() override;
  PosixProcess(const PosixProcess&) = delete;
  PosixProcess& operator=(const PosixProcess&) = delete;

  [[nodiscard]] ProcessId id() const noexcept override;
  [[nodiscard]] bool outlives(Milliseconds moment) noexcept override;
  Waited wait(std::optional<SteadyTime> deadline, const CancelToken& cancel,
              CancelReason seen) override;
  void interrupt() noexcept override;
  void kill() noexcept override;
  [[nodiscard]] ExitStatus status() const noexcept override { return status_; }
  [[nodiscard]] bool drain_cut() const noexcept override { return drain_cut_; }

 private:
  /// What one call of wait() is to look at beside the child.
  struct Watch {
    std::optional<SteadyTime> deadline;
    const CancelToken& cancel;
    CancelReason seen;
    int cancel_fd;
    [[nodiscard]] bool cancelled() const noexcept { return cancel.reason() > seen; }
    [[nodiscard]] bool expired(SteadyTime now) const noexcept {
      return deadline && now >= *deadline;
    }
  };

  [[nodiscard]] bool group_lives(SteadyTime now);
  void bound_drain(SteadyTime now, const Watch& watch);
  [[nodiscard]] Milliseconds drain_limit(const Watch& watch) const noexcept;
  [[nodiscard]] Milliseconds nap(SteadyTime now, const Watch& watch) const noexcept;
  void move_output(Milliseconds nap, int cancel_fd);
  void look_for_exit() noexcept;
  void signal_all(int signal) const noexcept;
  void end_what_is_left() noexcept;

  // Constant after construction.
  const pid_t pid_;
  const Milliseconds drain_;
  UniqueFd pidfd_;  // -1 on kernels without: the exit is then looked for in short naps

  // Set by any thread.
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> killed_{false};

  // Used by the waiting thread only.
  OutputChannel out_;
  OutputChannel err_;
  bool exited_{false};                 // the child itself; it stays a zombie until the destructor
  std::optional<SteadyTime> looked_;   // for other members of the session, last
  std::optional<SteadyTime> ended_;    // when nothing but output was left to wait for
  std::optional<SteadyTime> give_up_;  // on a sink that refuses
  bool cut_{false};  // no more is read than what was in the pipes at the drain limit
  bool drain_cut_{false};
  ExitStatus status_;
};

}  // namespace pipectl
