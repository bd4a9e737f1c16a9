#include "core/exec/leftovers.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>
#include <string>
#include <thread>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/exec/proc_table.hpp"

namespace pipectl {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds after_killing{10'000};
constexpr Milliseconds without_fd{50};

bool same(const ProcessId& a, const ProcessId& b) noexcept {
  return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

bool holds(std::string_view environment, std::string_view entry) {
  while (!environment.empty()) {
    const auto end = std::min(environment.find('\0'), environment.size());
    if (environment.substr(0, end) == entry) return true;
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  return false;
}

/// A kernel thread and a zombie have no program.
bool has_program(pid_t pid) {
  std::array<char, 1> first{};
  return ::readlink(fmt::format("/proc/{}/exe", pid).c_str(), first.data(), first.size()) > 0;
}

/// What a process was started with, until it overwrites it; an error when it may not be read. In
/// the middle of an exec there is nothing to see yet: looked at again for a moment.
Result<std::string> environment_of(pid_t pid) {
  constexpr int looks = 20;
  auto environment = read_file(fmt::format("/proc/{}/environ", pid));
  for (int look = 1; look < looks && environment && environment->empty() && has_program(pid);
       ++look) {
    std::this_thread::sleep_for(Milliseconds{1});
    environment = read_file(fmt::format("/proc/{}/environ", pid));
  }
  return environment;
}

bool carries(pid_t pid, const std::vector<std::string>& entries) {
  const auto environment = environment_of(pid);
  return environment && std::all_of(entries.begin(), entries.end(),
                                    [&](const auto& entry) { return holds(*environment, entry); });
}

const ProcessEntry* find(const std::vector<ProcessEntry>& all, pid_t pid) {
  // Not sorted for sure: /proc may be read while it changes.
  const auto at = std::find_if(all.begin(), all.end(),
                               [pid](const ProcessEntry& entry) { return entry.pid == pid; });
  return at == all.end() ? nullptr : &*at;
}

std::set<pid_t> self_and_ancestors(const std::vector<ProcessEntry>& all) {
  std::set<pid_t> found;
  pid_t pid = ::getpid();
  while (pid > 0 && found.insert(pid).second) {
    const ProcessEntry* const entry = find(all, pid);
    pid = entry == nullptr ? 0 : entry->parent;
  }
  return found;
}

/// The journaled and the marked, then all that hangs on them.
std::set<pid_t> belonging(const std::vector<ProcessEntry>& all, const LeftoverSearch& search,
                          const std::set<pid_t>& spared) {
  std::vector<std::string> marks{fmt::format("{}={}", run_id_variable, search.run_id)};
  if (!search.stage.empty()) marks.push_back(fmt::format("{}={}", stage_variable, search.stage));
  std::set<pid_t> found;
  for (const auto& entry : all) {
    const bool journaled = std::any_of(search.journaled.begin(), search.journaled.end(),
                                       [&](const auto& id) { return same(id, entry.id()); });
    if (!spared.contains(entry.pid) && (journaled || carries(entry.pid, marks)))
      found.insert(entry.pid);
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& entry : all)
      if (!spared.contains(entry.pid) &&
          (found.contains(entry.parent) || found.contains(entry.session)))
        grown = found.insert(entry.pid).second || grown;
  }
  return found;
}

enum class WaitEnd { all_gone, over };

/// Until all have ended, the time is over, or `cancel` rises above `seen`.
WaitEnd wait_for(const std::vector<Leftover>& leftovers, Milliseconds time,
                 const CancelToken& cancel, CancelReason seen) {
  const auto end = steady_clock::now() + time;
  for (const auto& leftover : leftovers) {
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, leftover.process.pid, 0)));
    while (true) {
      const auto entry = read_process(leftover.process.pid);
      if (!entry || !entry->alive() || !same(entry->id(), leftover.process)) break;
      const auto left = std::chrono::ceil<Milliseconds>(end - steady_clock::now());
      if (left <= Milliseconds{0} || cancel.reason() > seen) return WaitEnd::over;
      std::array<pollfd, 2> watched{{{pidfd.get(), POLLIN, 0}, {cancel.fd(seen), POLLIN, 0}}};
      const auto nap = pidfd ? left : std::min(left, without_fd);
      ::poll(watched.data(), watched.size(), static_cast<int>(nap.count()));
    }
  }
  return WaitEnd::all_gone;
}

void signal_each(const std::vector<Leftover>& leftovers, int signal) {
  for (const auto& leftover : leftovers) signal_process(leftover.process, signal);
}

}  // namespace

std::vector<Leftover> find_leftovers(const LeftoverSearch& search) {
  const auto all = all_processes();
  const auto pids = belonging(all, search, self_and_ancestors(all));
  std::vector<Leftover> found;
  for (const auto& entry : all)
    if (entry.alive() && pids.contains(entry.pid)) found.push_back({entry.id(), entry.name});
  return found;
}

Result<std::vector<Leftover>> end_leftovers(const LeftoverSearch& search, Milliseconds grace,
                                            const CancelToken& cancel) {
  auto ended = find_leftovers(search);
  if (ended.empty()) return ended;
  signal_each(ended, SIGTERM);
  signal_each(ended, SIGCONT);  // a stopped process would not hear of it
  static_cast<void>(wait_for(ended, grace, cancel, CancelReason::none));

  // Who was about to fork has left somebody new: again, until there is nobody.
  for (int look = 0; look < 10; ++look) {
    const auto left = find_leftovers(search);
    if (left.empty()) return ended;
    signal_each(left, SIGKILL);
    for (const auto& leftover : left)
      if (std::none_of(ended.begin(), ended.end(),
                       [&](const auto& known) { return same(known.process, leftover.process); }))
        ended.push_back(leftover);
    if (wait_for(left, after_killing, cancel, CancelReason::hard) == WaitEnd::over) break;
  }
  const auto left = find_leftovers(search);
  if (left.empty()) return ended;
  return fail(Fault::infrastructure,
              fmt::format("process {} ({}) of run {} cannot be ended", left.front().process.pid,
                          left.front().name, search.run_id),
              fmt::format("end it by hand: kill -9 {}", left.front().process.pid));
}

std::string end_and_tell(const LeftoverSearch& search, Milliseconds grace,
                         const CancelToken& cancel) {
  const auto ended = end_leftovers(search, grace, cancel);
  if (!ended) return fmt::format("{}; {}", ended.error().message, ended.error().hint);
  if (ended->empty()) return {};
  std::vector<std::string> names;
  for (const auto& leftover : *ended)
    names.push_back(fmt::format("{} ({})", printable(leftover.name), leftover.process.pid));
  return "ended what was left running: " + join(names, ", ");
}

}  // namespace pipectl
