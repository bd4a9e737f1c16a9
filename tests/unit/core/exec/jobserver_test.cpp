#include "core/exec/jobserver.hpp"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <sstream>

#include "core/exec/local_executor.hpp"
#include "tests/support/processes.hpp"
#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::unique_ptr<Jobserver> server(unsigned slots, JobserverStyle style = JobserverStyle::pipe) {
  auto made = Jobserver::create(slots, style);
  REQUIRE(made);
  return std::move(*made);
}

bool readable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

/// Eight jobs; each says how many run at that moment, itself included.
constexpr auto makefile = R"(all: 1 2 3 4 5 6 7 8
1 2 3 4 5 6 7 8:
	@mkdir running/$@ && ls running | wc -l && sleep 0.05 && rmdir running/$@
)";

Command make_command(const TempFolder& folder, const Jobserver& jobserver) {
  std::filesystem::create_directories(folder / "running");
  folder.write("Makefile", makefile);
  auto what = command({"make"});
  what.directory = folder.path();
  jobserver.describe(what.env);
  return what;
}

int most_at_once(const std::string& output) {
  std::istringstream numbers(output);
  int most = 0;
  for (int number = 0; numbers >> number;) most = std::max(most, number);
  return most;
}

}  // namespace

TEST_CASE("tokens are taken all or none", "[jobserver]") {
  for (const auto style : {JobserverStyle::pipe, JobserverStyle::fifo}) {
    const auto jobs = server(3, style);
    CHECK(jobs->slots() == 3);
    CHECK(readable(jobs->fd()));
    CHECK(jobs->try_acquire(2));
    CHECK_FALSE(jobs->try_acquire(2));
    CHECK(jobs->try_acquire(1));
    CHECK_FALSE(readable(jobs->fd()));
    CHECK_FALSE(jobs->try_acquire(1));
    jobs->release(3);
    CHECK(jobs->try_acquire(3));
  }
}

TEST_CASE("a budget of nothing is refused", "[jobserver]") {
  CHECK(Jobserver::create(0, JobserverStyle::pipe).error().fault == Fault::usage);
  CHECK_FALSE(Jobserver::create(1'000'000, JobserverStyle::pipe));
  CHECK(server(4096)->try_acquire(4096));
}

TEST_CASE("tokens that are missing come back only when none is held", "[jobserver]") {
  const auto jobs = server(4);
  char taken[2];
  // As a child does that dies before it gives them back.
  REQUIRE(::read(jobs->read_fd(), taken, 2) == 2);
  REQUIRE(jobs->try_acquire(1));
  CHECK(jobs->refill_when_idle() == 0);
  jobs->release(1);
  CHECK(jobs->refill_when_idle() == 2);
  CHECK(jobs->refill_when_idle() == 0);
  // A leftover gives back what was thought lost.
  REQUIRE(::write(jobs->write_fd(), taken, 2) == 2);
  CHECK(jobs->refill_when_idle() == 0);
  CHECK(jobs->try_acquire(4));
  CHECK_FALSE(jobs->try_acquire(1));
}

TEST_CASE("the named pipe goes with the server", "[jobserver]") {
  EnvMap env;
  {
    const auto jobs = server(2, JobserverStyle::fifo);
    CHECK(jobs->read_fd() == -1);
    jobs->describe(env);
    CHECK_THAT(env["MAKEFLAGS"], ContainsSubstring("-j2 --jobserver-auth=fifo:/"));
  }
  const std::filesystem::path path = env["MAKEFLAGS"].substr(env["MAKEFLAGS"].find("fifo:") + 5);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path.parent_path()));
}

TEST_CASE("a make of its own accord uses all slots, and no more", "[jobserver]") {
  const TempFolder folder;
  const auto jobs = server(2);
  const auto executor = make_local_executor(jobs.get());
  REQUIRE(jobs->try_acquire(1));
  Capture capture;
  auto process = executor->start(make_command(folder, *jobs), capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), Milliseconds{0});
  CHECK(finished.status.success());
  CHECK(capture.err().empty());
  CHECK(most_at_once(capture.out()) == 2);
  jobs->release(1);
  CHECK(jobs->try_acquire(2));  // every token is back
}

TEST_CASE("two makes at once share the slots", "[jobserver]") {
  const TempFolder folder;
  const auto jobs = server(3);
  const auto executor = make_local_executor(jobs.get());
  REQUIRE(jobs->try_acquire(1));
  REQUIRE(jobs->try_acquire(1));
  auto what = make_command(folder, *jobs);
  what.argv = {"sh", "-c", "make 1 2 3 4 & make 5 6 7 8; wait"};
  // Two makes in one command, but each holds a token as if it were a stage.
  Capture capture;
  auto process = executor->start(what, capture).value();
  static_cast<void>(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}));
  CHECK(capture.err().empty());
  CHECK(most_at_once(capture.out()) == 3);
  jobs->release(2);
  CHECK(jobs->try_acquire(3));
}

TEST_CASE("a single slot makes make sequential", "[jobserver]") {
  const TempFolder folder;
  const auto jobs = server(1);
  const auto executor = make_local_executor(jobs.get());
  REQUIRE(jobs->try_acquire(1));
  Capture capture;
  auto process = executor->start(make_command(folder, *jobs), capture).value();
  static_cast<void>(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}));
  CHECK(capture.err().empty());
  CHECK(most_at_once(capture.out()) == 1);
}

TEST_CASE("tokens of a killed make come back", "[jobserver]") {
  const TempFolder folder;
  const auto jobs = server(3);
  const auto executor = make_local_executor(jobs.get());
  REQUIRE(jobs->try_acquire(1));
  auto what = make_command(folder, *jobs);
  folder.write("Makefile", "all: 1 2 3\n1 2 3:\n\t@echo ready; sleep 1000\n");
  CancelSource source;
  Capture capture([&source](const std::string& all) {
    if (std::count(all.begin(), all.end(), '\n') == 3) source.cancel(CancelReason::hard);
  });
  auto process = executor->start(what, capture).value();
  const auto finished = supervise(*process, std::nullopt, source.token(), Milliseconds{0});
  CHECK(finished.ended == Ended::cancelled);
  process.reset();
  jobs->release(1);
  CHECK_FALSE(jobs->try_acquire(3));
  CHECK(jobs->refill_when_idle() == 2);
  CHECK(jobs->try_acquire(3));
}

TEST_CASE("a child inherits the jobserver's two descriptors and no other", "[jobserver]") {
  const auto jobs = server(2);
  const auto executor = make_local_executor(jobs.get());
  Capture capture;
  auto process = executor->start(shell("ls -v /proc/$$/fd; true"), capture).value();
  static_cast<void>(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}));
  const auto low = std::min(jobs->read_fd(), jobs->write_fd());
  const auto high = std::max(jobs->read_fd(), jobs->write_fd());
  CHECK(low >= 100);
  CHECK(capture.out() == "0\n1\n2\n" + std::to_string(low) + "\n" + std::to_string(high) + "\n");
}
