#include "core/exec/local_executor.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "core/base/unique_fd.hpp"
#include "tests/support/processes.hpp"
#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::test;
namespace fs = std::filesystem;

namespace {

struct Ran {
  Finished finished;
  std::string out;
  std::string err;
};

Ran run(const Command& what) {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(what, capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), Milliseconds{0});
  CHECK(capture.ends() == std::array{1, 1});
  return {finished, capture.out(), capture.err()};
}

std::ptrdiff_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{});
}

}  // namespace

TEST_CASE("a command's two streams and its exit code", "[exec]") {
  const auto ran = run(shell("echo to out; echo to err >&2; exit 3"));
  CHECK(ran.out == "to out\n");
  CHECK(ran.err == "to err\n");
  CHECK(ran.finished.ended == Ended::by_itself);
  CHECK_FALSE(ran.finished.drain_cut);
  CHECK_FALSE(ran.finished.status.signalled);
  CHECK(ran.finished.status.code == 3);
}

TEST_CASE("who is over in a moment and who outlives it", "[exec]") {
  const auto executor = make_local_executor(nullptr);
  Capture quick;
  const auto over = executor->start(shell("echo said; exit 4"), quick).value();
  CHECK_FALSE(over->outlives(long_time));
  CHECK(supervise(*over, std::nullopt, CancelToken(), Milliseconds{0}).status.code == 4);
  CHECK(quick.out() == "said\n");
  Capture slow;
  const auto running = executor->start(shell("exec sleep 1000"), slow).value();
  CHECK(running->outlives(Milliseconds{1}));
  running->kill();
  CHECK_FALSE(running->outlives(long_time));
}

TEST_CASE("sh is the system's, whatever stands first in PATH", "[exec]") {
  const TempFolder folder;
  const auto own = folder.path() / "sh";
  std::ofstream(own) << "#!/bin/sh\necho a stranger\n";
  fs::permissions(own, fs::perms::owner_all);
  auto what = shell("echo the system");
  what.env["PATH"] = folder.path().string() + ":" + what.env["PATH"];
  CHECK(run(what).out == "the system\n");
  what.argv = {own.string()};
  CHECK(run(what).out == "a stranger\n");
}

TEST_CASE("every exit code arrives", "[exec]") {
  for (int code = 0; code < 256; ++code) {
    const auto status = run(shell("exit " + std::to_string(code))).finished.status;
    REQUIRE_FALSE(status.signalled);
    REQUIRE(status.code == code);
  }
}

TEST_CASE("death by a signal is told apart from an exit code", "[exec]") {
  for (const int number : {SIGHUP, SIGINT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGRTMIN + 1}) {
    const auto status = run(shell("kill -" + std::to_string(number) + " $$")).finished.status;
    CHECK(status.signalled);
    CHECK(status.code == number);
    CHECK(status.as_exit_code() == 128 + number);
  }
}

TEST_CASE("arguments are text, never commands", "[exec]") {
  const std::vector<std::string> odd{"$(touch pwned)", "\"; rm -rf x", "a\nb", "", " ", "'", "*",
                                     "\xff\xfe"};
  auto argv = odd;
  argv.insert(argv.begin(), {"printf", "%s|"});
  std::string expected;
  for (const auto& argument : odd) expected += argument + "|";
  CHECK(run(command(argv)).out == expected);
}

TEST_CASE("the environment is exactly the one given", "[exec]") {
  auto what = command({"/usr/bin/env"});
  what.env = {{"A", "1"}, {"EMPTY", ""}, {"LINES", "one\ntwo"}};
  CHECK(run(what).out == "A=1\nEMPTY=\nLINES=one\ntwo\n");
}

TEST_CASE("the working directory, and a program relative to it", "[exec]") {
  const TempFolder folder;
  const auto script = folder.write("bin/tool", "#!/bin/sh\npwd -P\n");
  fs::permissions(script, fs::perms::owner_all);
  auto what = command({"./bin/tool"});
  what.directory = folder.path();
  const auto expected = fs::canonical(folder.path()).string() + "\n";
  CHECK(run(what).out == expected);

  what = command({"tool"});
  what.directory = folder.path();
  what.env["PATH"] = "/nowhere:bin";
  CHECK(run(what).out == expected);
}

TEST_CASE("PATH is the command's own", "[exec]") {
  const TempFolder folder;
  for (const std::string_view name : {"first/tool", "second/tool"}) {
    const auto script = folder.write(name, "#!/bin/sh\necho \"$0\"\n");
    fs::permissions(script, name == "first/tool" ? fs::perms::owner_read : fs::perms::owner_all);
  }
  auto what = command({"tool"});
  what.env["PATH"] = (folder / "first").string() + ":" + (folder / "second").string();
  // What is first in PATH is not executable, so it is passed over (root may not execute it, too).
  CHECK(run(what).out == (folder / "second/tool").string() + "\n");
}

TEST_CASE("stdin is /dev/null", "[exec]") { CHECK(run(command({"cat"})).out.empty()); }

TEST_CASE("stdin has the bytes given, however many", "[exec]") {
  auto what = command({"cat"});
  what.input = std::string();
  CHECK(run(what).out.empty());
  what.input = std::string("secret\0\n", 8) + std::string(3'000'000, 'x');
  CHECK(run(what).out == *what.input);
}

TEST_CASE("a child that does not read its large stdin just ends", "[exec]") {
  auto what = command({"true"});
  what.input = std::string(3'000'000, 'x');
  CHECK(run(what).finished.status.success());
}

TEST_CASE("a child has no descriptor but its three, whatever is open here", "[exec]") {
  const UniqueFd inheritable(::open("/dev/null", O_RDONLY));  // NOLINT: not close-on-exec
  REQUIRE(inheritable);
  std::vector<std::thread> threads;
  std::array<std::string, 4> seen;
  for (auto& mine : seen)
    threads.emplace_back([&mine] {
      const auto executor = make_local_executor(nullptr);
      for (int i = 0; i < 50; ++i) {
        Capture capture;
        auto process = executor->start(shell("ls /proc/$$/fd; true"), capture).value();
        static_cast<void>(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}));
        if (capture.out() != "0\n1\n2\n") mine = capture.out();
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& unexpected : seen) CHECK(unexpected.empty());
}

TEST_CASE("signals are as a fresh program expects them", "[exec]") {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGINT);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old_pipe = ::signal(SIGPIPE, SIG_IGN);
  const auto old_quit = ::signal(SIGQUIT, SIG_IGN);
  const auto ran = run(command({"sed", "-En", "s/^Sig(Blk|Ign):\\s*//p", "/proc/self/status"}));
  ::signal(SIGPIPE, old_pipe);
  ::signal(SIGQUIT, old_quit);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  // 32 and 33 belong to the C library, which leaves them ignored in what it spawns.
  std::istringstream masks(ran.out);
  std::uint64_t blocked_there = 1;
  std::uint64_t ignored_there = 1;
  masks >> std::hex >> blocked_there >> ignored_there;
  CHECK(blocked_there == 0);
  CHECK((ignored_there & ~std::uint64_t{0x180000000}) == 0);
}

TEST_CASE("nobody can be asked anything: there is no terminal", "[exec]") {
  CHECK_FALSE(run(shell(": </dev/tty")).finished.status.success());
}

TEST_CASE("an ignored SIGCHLD does not lose the exit code", "[exec]") {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  CHECK(run(shell("exit 9")).finished.status.code == 9);
  ::signal(SIGCHLD, before);
}

TEST_CASE("ten thousand spawns leave neither descriptors nor zombies", "[exec]") {
  const auto executor = make_local_executor(nullptr);
  const auto before = open_descriptors();
  for (int i = 0; i < 10'000; ++i) {
    Capture capture;
    auto process = executor->start(command({"/bin/true"}), capture).value();
    REQUIRE(process->wait(std::nullopt, CancelToken()) == Waited::exited);
    REQUIRE(process->status().success());
  }
  CHECK(open_descriptors() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("the id names the child by pid and start", "[exec]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(shell("cut -d' ' -f1,22 /proc/$$/stat; true"), capture).value();
  const auto id = process->id();
  REQUIRE(process->wait(std::nullopt, CancelToken()) == Waited::exited);
  CHECK(capture.out() == std::to_string(id.pid) + " " + std::to_string(id.start_ticks) + "\n");
  CHECK(process->id().start_ticks == id.start_ticks);  // also after the exit
}
