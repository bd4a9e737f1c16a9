#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "core/exec/local_executor.hpp"
#include "core/exec/proc_table.hpp"
#include "tests/support/processes.hpp"

using namespace pipectl;
using namespace pipectl::test;

namespace {

constexpr Milliseconds no_grace{0};
constexpr Milliseconds short_time{100};

SteadyTime from_now(Milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// A script under supervision that is cancelled as soon as it has written `ready`.
class Cancelled {
 public:
  Cancelled(const std::string& script, CancelReason reason, Milliseconds grace,
            Milliseconds drain = long_time)
      : executor_(make_local_executor(nullptr, drain)),
        capture_(cancel_at("ready", source_, reason)),
        process_(executor_->start(shell(script), capture_).value()),
        finished_(supervise(*process_, std::nullopt, source_.token(), grace)) {}

  [[nodiscard]] const Finished& finished() const { return finished_; }
  [[nodiscard]] const std::string& out() const { return capture_.out(); }

 private:
  CancelSource source_;
  std::unique_ptr<Executor> executor_;
  Capture capture_;
  std::unique_ptr<Process> process_;
  Finished finished_;
};

pid_t first_number(const std::string& text) { return static_cast<pid_t>(std::stoi(text)); }

bool is_alive(pid_t pid) {
  const auto entry = read_process(pid);
  return entry && entry->alive();
}

}  // namespace

TEST_CASE("a command that ends in time is left alone", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(shell("exit 4"), capture).value();
  const auto finished = supervise(*process, from_now(long_time), CancelToken(), no_grace);
  CHECK(finished.ended == Ended::by_itself);
  CHECK(finished.status.code == 4);
}

TEST_CASE("the deadline interrupts", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(command({"sleep", "1000"}), capture).value();
  const auto finished = supervise(*process, from_now(no_grace), CancelToken(), long_time);
  CHECK(finished.ended == Ended::timed_out);
  CHECK(finished.status.signalled);
  CHECK(finished.status.code == SIGTERM);
}

TEST_CASE("an interrupted command may put its things in order", "[supervise]") {
  const Cancelled run("trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.01; done",
                      CancelReason::user, long_time);
  CHECK(run.finished().ended == Ended::cancelled);
  CHECK(run.out() == "ready\ncleaned\n");
  CHECK(run.finished().status.code == 5);
}

TEST_CASE("one that ignores SIGTERM is killed after the grace", "[supervise]") {
  const Cancelled run("trap '' TERM; echo ready; while :; do sleep 0.01; done", CancelReason::user,
                      short_time);
  CHECK(run.finished().ended == Ended::cancelled);
  CHECK(run.finished().status.signalled);
  CHECK(run.finished().status.code == SIGKILL);
}

TEST_CASE("a hard cancellation knows no grace", "[supervise]") {
  const Cancelled run("trap '' TERM; echo ready; while :; do sleep 0.01; done", CancelReason::hard,
                      std::chrono::hours{1});
  CHECK(run.finished().status.code == SIGKILL);
}

TEST_CASE("a cancellation that becomes hard ends the grace", "[supervise]") {
  CancelSource source;
  Capture capture([&source](const std::string& all) {
    if (all.ends_with("ready\n")) source.cancel(CancelReason::user);
    if (all.ends_with("stubborn\n")) source.cancel(CancelReason::hard);
  });
  const auto executor = make_local_executor(nullptr);
  auto process =
      executor
          ->start(shell("trap 'echo stubborn' TERM; echo ready; while :; do sleep 0.01; done"),
                  capture)
          .value();
  const auto finished = supervise(*process, std::nullopt, source.token(), std::chrono::hours{1});
  CHECK(finished.ended == Ended::cancelled);
  CHECK(finished.status.code == SIGKILL);
}

TEST_CASE("the grace is for the whole group, not for its leader alone", "[supervise]") {
  // The leader dies at once; what it ran cleans up for longer than a drain would last.
  const Cancelled run(
      "(trap 'sleep 0.3; echo cleaned; exit' TERM; echo ready; while :; do sleep 0.01; done) & "
      "wait",
      CancelReason::user, long_time, Milliseconds{1});
  CHECK(run.out() == "ready\ncleaned\n");
  CHECK_FALSE(run.finished().drain_cut);
}

TEST_CASE("a stopped command hears the interrupt", "[supervise]") {
  const Cancelled run("echo ready; kill -STOP $$", CancelReason::user, long_time);
  CHECK(run.finished().status.code == SIGTERM);
}

TEST_CASE("a member that left the group is ended as well", "[supervise]") {
  // timeout(1) makes a process group of its own.
  const Cancelled run("timeout 1000 sh -c 'trap \"\" TERM; echo $$ ready; sleep 1000'; :",
                      CancelReason::user, short_time);
  CHECK(run.finished().ended == Ended::cancelled);
  CHECK(wait_until_gone(first_number(run.out())));
}

TEST_CASE("members that ignore SIGTERM go when the leader has gone by it", "[supervise]") {
  const Cancelled run(
      "(trap '' TERM; sh -c 'echo $PPID ready'; sleep 1000 & wait; sleep 1000) & wait",
      CancelReason::user, short_time);
  CHECK(wait_until_gone(first_number(run.out())));
}

TEST_CASE("a grandchild that holds the pipe delays the end only so long", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr, Milliseconds{50});
  auto process = executor->start(shell("sleep 1000 & echo $!"), capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), long_time);
  CHECK(finished.ended == Ended::by_itself);
  CHECK(finished.status.success());
  CHECK(finished.drain_cut);
  CHECK(capture.ends() == std::array{1, 1});
  const auto grandchild = first_number(capture.out());
  CHECK(is_alive(grandchild));
  process.reset();
  CHECK(wait_until_gone(grandchild));
}

TEST_CASE("a grandchild that floods the pipe cannot keep the drain going", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr, Milliseconds{50});
  auto process = executor->start(shell("yes & exit 0"), capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), long_time);
  CHECK(finished.ended == Ended::by_itself);
  CHECK(finished.drain_cut);
}

TEST_CASE("a quiet background process lives as long as the Process", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(shell("sleep 1000 >/dev/null 2>&1 & echo $!"), capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), no_grace);
  CHECK_FALSE(finished.drain_cut);
  const auto background = first_number(capture.out());
  CHECK(is_alive(background));
  process.reset();
  CHECK(wait_until_gone(background));
}

TEST_CASE("a grandchild with a session of its own gets away", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr, Milliseconds{50});
  auto process =
      executor->start(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait $!; :"), capture)
          .value();
  CancelSource source;
  while (capture.out().empty())
    REQUIRE(process->wait(from_now(short_time), source.token()) == Waited::deadline);
  const auto away = first_number(capture.out());
  process->kill();
  CHECK(process->wait(std::nullopt, source.token()) == Waited::exited);
  CHECK(process->drain_cut());
  process.reset();
  CHECK(is_alive(away));  // only the search for leftovers finds such a process
  ::kill(away, SIGKILL);
  CHECK(wait_until_gone(away));
}

TEST_CASE("a deadline after the exit does not make a success a timeout", "[supervise]") {
  // The orphan speaks when the child is a zombie, so the cancellation always comes after the exit.
  const Cancelled run(
      "(until grep -q ') Z' /proc/$$/stat; do sleep 0.01; done; echo ready; exec sleep 1000) & "
      "exit 0",
      CancelReason::user, long_time, Milliseconds{50});
  CHECK(run.finished().ended == Ended::by_itself);
  CHECK(run.finished().status.success());
  CHECK(run.finished().drain_cut);
}

TEST_CASE("closed streams are not the end of the command", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(shell("exec >&- 2>&-; sleep 0.05; exit 7"), capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), no_grace);
  CHECK(finished.status.code == 7);
  CHECK_FALSE(finished.drain_cut);
}

TEST_CASE("closed streams do not hide a timeout", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(shell("exec >&- 2>&-; exec sleep 1000"), capture).value();
  CHECK(supervise(*process, from_now(short_time), CancelToken(), long_time).ended ==
        Ended::timed_out);
}

TEST_CASE("wait may be called again and again", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto what = shell("read line; echo $line");
  what.input = "hello\n";
  auto process = executor->start(what, capture).value();
  while (process->wait(from_now(Milliseconds{1}), CancelToken()) != Waited::exited) {
  }
  CHECK(process->wait(std::nullopt, CancelToken()) == Waited::exited);
  CHECK(capture.out() == "hello\n");
  CHECK(capture.ends() == std::array{1, 1});
}

TEST_CASE("interrupt and kill are harmless after the exit and from any thread", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(command({"sleep", "1000"}), capture).value();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&process] {
      process->interrupt();
      process->kill();
    });
  CHECK(process->wait(std::nullopt, CancelToken()) == Waited::exited);
  for (auto& thread : threads) thread.join();
  process->interrupt();
  process->kill();
  CHECK(process->status().signalled);
}

TEST_CASE("destroying a process that runs ends it", "[supervise]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(shell("trap '' TERM; sleep 1000; sleep 1000"), capture).value();
  const auto pid = process->id().pid;
  process.reset();
  CHECK_FALSE(read_process(pid));
}
