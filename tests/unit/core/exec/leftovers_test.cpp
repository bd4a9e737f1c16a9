#include "core/exec/leftovers.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <sstream>

#include "core/exec/local_executor.hpp"
#include "core/exec/proc_table.hpp"
#include "tests/support/processes.hpp"

using namespace pipectl;
using namespace pipectl::test;

namespace {

/// Processes of a run whose pipectl is gone: sessions of their own, so that nothing but the search
/// ends them. The script writes their pids.
class Orphans {
 public:
  explicit Orphans(const std::string& script, const std::string& run = "") {
    run_ =
        run.empty() ? "test-" + std::to_string(::getpid()) + "-" + std::to_string(++count_) : run;
    auto what = shell(script + "\nexit 0");
    what.env["PIPECTL_RUN_ID"] = run_;
    Capture capture;
    const auto executor = make_local_executor(nullptr, Milliseconds{0});
    auto process = executor->start(what, capture).value();
    REQUIRE(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}).status.success());
    std::istringstream pids(capture.out());
    for (pid_t pid = 0; pids >> pid;) ids_.push_back(read_process(pid).value().id());
  }
  ~Orphans() {
    for (const auto& id : ids_) signal_process(id, SIGKILL);
  }
  Orphans(const Orphans&) = delete;
  Orphans& operator=(const Orphans&) = delete;

  [[nodiscard]] const std::string& run() const { return run_; }
  [[nodiscard]] const std::vector<ProcessId>& ids() const { return ids_; }
  [[nodiscard]] bool all_alive() const {
    return std::all_of(ids_.begin(), ids_.end(), [](const ProcessId& id) {
      const auto entry = read_process(id.pid);
      return entry && entry->alive();
    });
  }
  [[nodiscard]] bool all_gone() const {
    return std::all_of(ids_.begin(), ids_.end(),
                       [](const ProcessId& id) { return wait_until_gone(id.pid); });
  }

 private:
  inline static int count_ = 0;
  std::string run_;
  std::vector<ProcessId> ids_;
};

/// Starts `script` in a session of its own, and goes on when it has written its pid.
std::string detached(const std::string& script) {
  return "mark=$(mktemp -u); mkfifo $mark\n"
         "setsid sh -c 'echo $$ >"
         "$1; exec >/dev/null 2>&1; " +
         script +
         "' sh $mark >/dev/null 2>&1 &\n"
         "cat $mark; rm $mark\n";
}

bool contains(const std::vector<Leftover>& leftovers, const ProcessId& id) {
  return std::any_of(leftovers.begin(), leftovers.end(), [&](const Leftover& leftover) {
    return leftover.process.pid == id.pid && leftover.process.start_ticks == id.start_ticks;
  });
}

const CancelToken never;

}  // namespace

TEST_CASE("a run without leftovers", "[leftovers]") {
  CHECK(find_leftovers({"no-such-run", {}}).empty());
  CHECK(end_leftovers({"no-such-run", {}}, long_time, never).value().empty());
}

TEST_CASE("a process whose pid was never written down", "[leftovers]") {
  const Orphans orphans(detached("exec sleep 1000"));
  REQUIRE(orphans.ids().size() == 1);
  REQUIRE(orphans.all_alive());
  const auto ended = end_leftovers({orphans.run(), {}}, long_time, never).value();
  REQUIRE(ended.size() == 1);
  CHECK(contains(ended, orphans.ids().front()));
  CHECK(ended.front().name == "sleep");
  CHECK(orphans.all_gone());
}

TEST_CASE("one that changed its process group, and its children", "[leftovers]") {
  const Orphans orphans(detached("exec timeout 1000 sh -c \"sleep 1000; :\""));
  REQUIRE(orphans.all_alive());
  const auto ended = end_leftovers({orphans.run(), {}}, long_time, never).value();
  CHECK(ended.size() >= 1);
  CHECK(orphans.all_gone());
  CHECK(find_leftovers({orphans.run(), {}}).empty());
}

TEST_CASE("a journaled one that does not carry the run's id", "[leftovers]") {
  const Orphans orphans(detached("exec env -i sleep 1000"));
  // What the environment tells changes with exec, which may be still to come.
  while (!find_leftovers({orphans.run(), {}}).empty()) {
  }
  REQUIRE(orphans.all_alive());
  const LeftoverSearch search{orphans.run(), orphans.ids()};
  CHECK(end_leftovers(search, long_time, never).value().size() == 1);
  CHECK(orphans.all_gone());
}

TEST_CASE("members of a journaled leader's session", "[leftovers]") {
  const Orphans orphans(detached("env -i timeout 1000 sleep 1000 & wait"));
  const LeftoverSearch search{"some-other-run", orphans.ids()};
  while (find_leftovers(search).size() < 3) {  // sh, timeout, sleep
  }
  const auto ended = end_leftovers(search, long_time, never).value();
  CHECK(ended.size() >= 3);
  CHECK(find_leftovers(search).empty());
  CHECK(orphans.all_gone());
}

TEST_CASE("one that ignores SIGTERM is killed", "[leftovers]") {
  const Orphans orphans(detached("trap \"\" TERM; while :; do sleep 0.01; done"));
  const auto ended = end_leftovers({orphans.run(), {}}, Milliseconds{50}, never).value();
  CHECK(contains(ended, orphans.ids().front()));
  CHECK(orphans.all_gone());
}

TEST_CASE("a cancellation cuts the grace short", "[leftovers]") {
  const Orphans orphans(detached("trap \"\" TERM; while :; do sleep 0.01; done"));
  CancelSource source;
  source.cancel(CancelReason::user);
  CHECK(end_leftovers({orphans.run(), {}}, std::chrono::hours{1}, source.token()));
  CHECK(orphans.all_gone());
}

TEST_CASE("a stopped one ends, too", "[leftovers]") {
  const Orphans orphans(detached("kill -STOP $$; sleep 1000"));
  CHECK(end_leftovers({orphans.run(), {}}, long_time, never));
  CHECK(orphans.all_gone());
}

TEST_CASE("only those of one stage", "[leftovers]") {
  const Orphans mine("export PIPECTL_STAGE=mine\n" + detached("exec sleep 1000"));
  const Orphans other("export PIPECTL_STAGE=other\n" + detached("exec sleep 1000"), mine.run());
  const auto pid = std::to_string(mine.ids().front().pid);
  CHECK(end_and_tell({mine.run(), {}, "mine"}, long_time, never) ==
        "ended what was left running: sleep (" + pid + ")");
  CHECK(end_and_tell({mine.run(), {}, "mine"}, long_time, never).empty());
  CHECK(mine.all_gone());
  CHECK(other.all_alive());
}

TEST_CASE("nobody else is touched", "[leftovers]") {
  const std::string other_run = "other-run-" + std::to_string(::getpid());
  const Orphans other(detached("exec sleep 1000"), other_run);
  const Orphans longer(detached("exec sleep 1000"), "other-run-2");
  // The pid of a journaled process that is used again by somebody else.
  auto reused = other.ids();
  for (auto& id : reused) ++id.start_ticks;
  CHECK(end_leftovers({"other", reused}, long_time, never).value().empty());
  CHECK(other.all_alive());
  CHECK(end_leftovers({other_run, {}}, long_time, never).value().size() == 1);
  CHECK(longer.all_alive());
}

TEST_CASE("this process and its ancestors are spared", "[leftovers]") {
  const LeftoverSearch search{
      "no-such-run",
      {read_process(::getpid()).value().id(), read_process(::getppid()).value().id()}};
  for (const auto& leftover : find_leftovers(search)) {
    CHECK(leftover.process.pid != ::getpid());
    CHECK(leftover.process.pid != ::getppid());
  }
}
