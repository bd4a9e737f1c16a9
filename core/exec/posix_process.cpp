#include "core/exec/posix_process.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "core/exec/proc_table.hpp"

namespace pipectl {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds drain_when_hurried{200};
constexpr Milliseconds offer_slice{20};   // how long a sink may keep this thread from its timers
constexpr Milliseconds after_refusal{1};  // for a sink that refuses without waiting
constexpr Milliseconds group_look{20};
constexpr Milliseconds without_pidfd{10};
constexpr Milliseconds without_cancel_fd{1'000};
constexpr Milliseconds while_draining{100};
constexpr Milliseconds unkillable{5'000};

int milliseconds_until(SteadyTime then, SteadyTime now) noexcept {
  const auto left = std::chrono::ceil<Milliseconds>(then - now).count();
  return static_cast<int>(std::clamp<Milliseconds::rep>(left, 0, 3'600'000));
}

}  // namespace

PosixProcess::PosixProcess(pid_t pid, Pipes pipes, OutputSink& sink, Milliseconds drain)
    : pid_(pid),
      drain_(drain),
      pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
      out_(Stream::out, std::move(pipes.out), sink),
      err_(Stream::err, std::move(pipes.err), sink) {}

PosixProcess::~PosixProcess() {
  if (!exited_) look_for_exit();
  end_what_is_left();
}

ProcessId PosixProcess::id() const noexcept {
  const auto entry = read_process(pid_);
  return entry ? entry->id() : ProcessId{pid_, 0};
}

bool PosixProcess::outlives(Milliseconds moment) noexcept {
  pollfd end{pidfd_.get(), POLLIN, 0};
  return !pidfd_ || ::poll(&end, 1, static_cast<int>(moment.count())) != 1;
}

Waited PosixProcess::wait(std::optional<SteadyTime> deadline, const CancelToken& cancel,
                          CancelReason seen) {
  const Watch watch{deadline, cancel, seen, cancel.fd(seen)};
  while (true) {
    const auto now = steady_clock::now();
    if (exited_) bound_drain(now, watch);
    if (ended_) {
      if (out_.done() && err_.done()) return Waited::exited;
    } else {
      if (watch.cancelled()) return Waited::cancelled;
      if (watch.expired(now)) return Waited::deadline;
    }
    move_output(nap(now, watch), ended_ ? -1 : watch.cancel_fd);
  }
}

/// Once the child has ended: decides how much longer its output is waited for.
void PosixProcess::bound_drain(SteadyTime now, const Watch& watch) {
  if (!ended_) {
    // The grace after an interrupt is for the whole group: a shell may be gone at once while the
    // program that it ran still puts its things in order.
    if (interrupted_ && !killed_ && group_lives(now)) return;
    ended_ = now;
  }
  const auto limit = drain_limit(watch);
  if (!cut_ && now >= *ended_ + limit) {
    cut_ = true;
    const bool out_cut = out_.cut();
    const bool err_cut = err_.cut();
    drain_cut_ = drain_cut_ || out_cut || err_cut;
  }
  if (!give_up_ && (interrupted_ || killed_ || watch.cancelled() || watch.expired(now)))
    give_up_ = now + limit;
  if (give_up_ && now >= *give_up_) {
    const bool out_lost = out_.give_up();
    const bool err_lost = err_.give_up();
    drain_cut_ = drain_cut_ || out_lost || err_lost;
  }
}

Milliseconds PosixProcess::drain_limit(const Watch& watch) const noexcept {
  return watch.cancel.reason() == CancelReason::hard ? std::min(drain_, drain_when_hurried)
                                                     : drain_;
}

/// Any process but the child itself that belongs to its session, in whatever group.
bool PosixProcess::group_lives(SteadyTime now) {
  if (looked_ && now < *looked_ + group_look) return true;
  looked_ = now;
  const auto all = all_processes();
  return std::any_of(all.begin(), all.end(), [this](const ProcessEntry& entry) {
    return entry.session == pid_ && entry.pid != pid_ && entry.alive();
  });
}

/// How long nothing can happen that poll() does not see.
Milliseconds PosixProcess::nap(SteadyTime now, const Watch& watch) const noexcept {
  if (out_.blocked() || err_.blocked()) return after_refusal;
  Milliseconds nap{std::chrono::hours{1}};
  if (ended_) return while_draining;
  if (exited_) nap = std::min(nap, group_look);
  if (!exited_ && !pidfd_) nap = std::min(nap, without_pidfd);
  if (watch.cancel_fd < 0) nap = std::min(nap, without_cancel_fd);
  if (watch.deadline) nap = std::min(nap, Milliseconds{milliseconds_until(*watch.deadline, now)});
  return nap;
}

/// Waits until there is something to do, and does it: a piece of output, the child's exit.
void PosixProcess::move_output(Milliseconds nap, int cancel_fd) {
  std::array<pollfd, 4> watched{{{out_.wanted_fd(), POLLIN, 0},
                                 {err_.wanted_fd(), POLLIN, 0},
                                 {exited_ ? -1 : pidfd_.get(), POLLIN, 0},
                                 {cancel_fd, POLLIN, 0}}};
  const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(nap.count()));
  if (ready > 0 && watched[0].revents != 0) out_.read();
  if (ready > 0 && watched[1].revents != 0) err_.read();
  if (!exited_ && (!pidfd_ || (ready > 0 && watched[2].revents != 0))) look_for_exit();
  out_.deliver(offer_slice);
  err_.deliver(offer_slice);
}

/// Without reaping: as long as the zombie is there, its pid and group cannot name anybody else.
void PosixProcess::look_for_exit() noexcept {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    // Somebody else reaped it; how it ended cannot be known any more.
    exited_ = errno == ECHILD;
    status_ = ExitStatus{false, 255};
  } else if (info.si_pid == pid_) {
    exited_ = true;
    status_ = ExitStatus{info.si_code != CLD_EXITED, info.si_status};
  }
}

void PosixProcess::interrupt() noexcept {
  interrupted_ = true;
  signal_all(SIGTERM);
  signal_all(SIGCONT);  // a stopped process would not hear of it
}

void PosixProcess::kill() noexcept {
  killed_ = true;
  signal_all(SIGKILL);
}

/// To the group in one stroke, then to those of the session that left the group, as `timeout` and
/// shells with job control do.
void PosixProcess::signal_all(int signal) const noexcept {
  ::kill(-pid_, signal);
  // Who is signalled may be about to fork: a killer looks until nobody is left.
  for (int look = 0; look < (signal == SIGKILL ? 10 : 1); ++look) {
    bool found = false;
    for (const auto& entry : all_processes())
      if (entry.session == pid_ && entry.group != pid_ && entry.alive())
        found = signal_process(entry.id(), signal) || found;
    if (!found) return;
  }
}

void PosixProcess::end_what_is_left() noexcept {
  if (exited_ && !interrupted_ && !drain_cut_) {
    ::kill(-pid_, SIGKILL);  // the usual case is not worth a look through all processes
  } else {
    kill();
    pollfd gone{pidfd_.get(), POLLIN, 0};
    const auto until = steady_clock::now() + unkillable;
    while (!exited_ && steady_clock::now() < until) {
      ::poll(&gone, 1,
             pidfd_ ? milliseconds_until(until, steady_clock::now())
                    : static_cast<int>(without_pidfd.count()));
      look_for_exit();
    }
  }
  // Stuck in the kernel (a dead network file system): left to init.
  if (!exited_) return;
  while (::waitid(P_PID, static_cast<id_t>(pid_), nullptr, WEXITED) != 0 && errno == EINTR) {
  }
}

}  // namespace pipectl
