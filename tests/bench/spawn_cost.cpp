// What starting a command through the executor costs beyond the bare system calls: the same no-op
// commands, first with posix_spawn and waitpid alone (output to /dev/null), then through the
// executor with both pipes read to their end. Two threads each, several rounds in turns, the best
// of each is compared.
//
//   bench_spawn_cost [COMMANDS [ROUNDS]]

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "core/base/env.hpp"
#include "core/exec/jobserver.hpp"
#include "core/exec/local_executor.hpp"

using namespace pipectl;

namespace {

constexpr int threads = 2;

const std::vector<std::string>& no_op() {
  static const std::vector<std::string> argv{"sh", "-e", "-c", "true"};
  return argv;
}

class Discard final : public OutputSink {
 public:
  bool offer(Stream, std::string&, Milliseconds) override { return true; }
  bool end(Stream, Milliseconds) override { return true; }
};

void bare(int count) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (int fd = 0; fd < 3; ++fd)
    ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  std::vector<char*> argv;
  for (const auto& argument : no_op()) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  for (int i = 0; i < count; ++i) {
    pid_t pid = 0;
    if (::posix_spawn(&pid, "/bin/sh", &actions, nullptr, argv.data(), environ) != 0) std::abort();
    ::waitpid(pid, nullptr, 0);
  }
  ::posix_spawn_file_actions_destroy(&actions);
}

void executed(Executor& executor, const EnvMap& env, int count) {
  for (int i = 0; i < count; ++i) {
    Discard sink;
    auto process = executor.start(Command{no_op(), env, "/", std::nullopt}, sink);
    if (!process) std::abort();
    const auto finished = supervise(**process, std::nullopt, CancelToken(), Milliseconds{10'000});
    if (!finished.status.success()) std::abort();
  }
}

/// Wall and processor time of some work, children included. On a busy machine only the second one
/// tells anything.
struct Cost {
  double wall{1e9};
  double cpu{1e9};
};

double cpu_now() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      total += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  return total;
}

void measure(Cost& best, int count, const std::function<void(int)>& work) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = cpu_now();
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(work, count / threads);
  for (auto& thread : running) thread.join();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  best.wall = std::min(best.wall, wall.count());
  best.cpu = std::min(best.cpu, cpu_now() - cpu);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  const auto env = host_environment();
  const auto jobserver = Jobserver::create(threads, JobserverStyle::pipe).value();
  const auto executor = make_local_executor(jobserver.get());
  Cost floor;
  Cost ours;
  for (int round = 0; round < rounds; ++round) {
    measure(floor, count, bare);
    measure(ours, count, [&](int n) { executed(*executor, env, n); });
  }
  fmt::print(
      "{} commands, {} threads: bare {:.0f} us each, executor {:.0f} us each, ratio {:.2f}\n",
      count, threads, floor.wall / count * 1e6, ours.wall / count * 1e6, ours.wall / floor.wall);
  fmt::print("processor time: {:.0f} us each, {:.0f} us each, ratio {:.2f}\n",
             floor.cpu / count * 1e6, ours.cpu / count * 1e6, ours.cpu / floor.cpu);
}
