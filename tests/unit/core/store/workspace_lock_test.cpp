#include "core/store/workspace_lock.hpp"

#include <spawn.h>

#include <catch2/generators/catch_generators.hpp>
#include <fstream>

#include "tests/unit/core/store/child.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

struct LockFixture : StoreFixture {
  RunRecord run = must(store->create(request_of({"a"}), at_second(0)));
  std::filesystem::path workspace = folder.path();
};

}  // namespace

TEST_CASE_METHOD(LockFixture, "a second run is refused and told who is there") {
  const auto held = must(store->lock_workspace(workspace, run.id));
  CHECK(store->is_running(run.id));
  const auto next = must(store->create(request_of({"a"}), at_second(1)));
  const Error error = error_of(store->lock_workspace(workspace, next.id));
  CHECK(error.fault == Fault::infrastructure);
  CHECK(error.message.find(run.id) != std::string::npos);
  CHECK(error.message.find("pid " + std::to_string(::getpid())) != std::string::npos);
  CHECK(error.message.find("since 2") != std::string::npos);
  CHECK(error.message.find(workspace.string()) != std::string::npos);
  CHECK(error.hint.find("kill") != std::string::npos);
  CHECK_FALSE(store->is_running(next.id));
}

TEST_CASE_METHOD(LockFixture, "looking does not disturb, and the end of the holder frees it") {
  {
    const auto held = must(store->lock_workspace(workspace, run.id));
    for (int i = 0; i < 3; ++i) CHECK(store->is_running(run.id));
  }
  CHECK_FALSE(store->is_running(run.id));
  must(store->lock_workspace(workspace, run.id));
}

TEST_CASE_METHOD(LockFixture, "another workspace is free; the same one by another path is not") {
  const auto held = must(store->lock_workspace(workspace, run.id));
  const auto next = must(store->create(request_of({"a"}), at_second(1)));
  must(store->lock_workspace(state / "runs", next.id));
  std::filesystem::create_directory_symlink(workspace, folder / "link");
  CHECK_FALSE(store->lock_workspace(folder / "link", next.id));
}

TEST_CASE_METHOD(LockFixture,
                 "a run's own workspace leaves no lock file, and only one works on it") {
  const auto work = store->run_dir(run.id) / "work";
  std::filesystem::create_directories(work / ".git");
  {
    const auto held = must(store->lock_workspace(work, run.id));
    CHECK(store->is_running(run.id));
    CHECK(error_of(store->lock_workspace(work, run.id)).message.find(run.id) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(work / ".git/pipectl.lock"));
  }
  CHECK_FALSE(store->is_running(run.id));
  must(store->lock_workspace(work, run.id));
}

TEST_CASE_METHOD(LockFixture, "kill -9 frees the lock though a child of the run lives on") {
  int keep[2];
  REQUIRE(::pipe(keep) == 0);
  Child holder([&](int fd) {
    const auto held = store->lock_workspace(workspace, run.id);
    // It lives until the test closes its end of the pipe. It speaks for itself: posix_spawn returns
    // a little before the program has let go of what it does not inherit.
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, keep[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, fd, 1);
    ::posix_spawn_file_actions_addclose(&actions, keep[1]);
    ::posix_spawn_file_actions_addclose(&actions, fd);
    char name[] = "sh";
    char option[] = "-c";
    char script[] = "echo +; exec cat";
    char* const argv[] = {name, option, script, nullptr};
    pid_t shell = 0;
    if (!held || ::posix_spawnp(&shell, "sh", &actions, nullptr, argv, nullptr) != 0) return;
    ::pause();
  });
  REQUIRE(holder.next());
  CHECK(store->is_running(run.id));
  CHECK_FALSE(store->lock_workspace(workspace, run.id));
  holder.kill();
  CHECK_FALSE(store->is_running(run.id));
  must(store->lock_workspace(workspace, run.id));
  ::close(keep[0]);
  ::close(keep[1]);
}

TEST_CASE_METHOD(LockFixture, "runs with different state directories exclude each other") {
  const auto other = must(RunStore::open(folder / "elsewhere"));
  const auto theirs = must(other->create(request_of({"a"}), at_second(1)));
  const bool in_repository = GENERATE(false, true);
  const bool writable = GENERATE(true, false);
  if (in_repository) std::filesystem::create_directory(workspace / ".git");
  // A folder of this name cannot be opened as a file, whoever the test runs as.
  if (in_repository && !writable)
    std::filesystem::create_directory(workspace / ".git/pipectl.lock");
  {
    const auto held = must(store->lock_workspace(workspace, run.id));
    const Error error = error_of(other->lock_workspace(workspace, theirs.id));
    CHECK(error.message.find(run.id) != std::string::npos);
    CHECK(std::filesystem::is_regular_file(workspace / ".git/pipectl.lock") ==
          (in_repository && writable));
  }
  must(other->lock_workspace(workspace, theirs.id));
  CHECK_FALSE(std::filesystem::is_regular_file(workspace / ".git/pipectl.lock"));
}

TEST_CASE_METHOD(LockFixture, "another user who cannot write to .git is told, too") {
  if (::geteuid() != 0) SKIP("only root can become somebody else");
  std::filesystem::create_directory(workspace / ".git");
  std::filesystem::permissions(workspace, std::filesystem::perms{0777});
  const auto held = must(store->lock_workspace(workspace, run.id));
  Child somebody([&](int fd) {
    constexpr uid_t nobody = 65534;
    if (::setresuid(nobody, nobody, nobody) != 0) return;
    const auto theirs = RunStore::open(workspace / "theirs");
    const auto record =
        theirs ? (*theirs)->create(request_of({"a"}), at_second(1)) : fail(Fault::bug, "no store");
    if (!record) return;
    const auto lock = (*theirs)->lock_workspace(workspace, record->id);
    say(fd, lock ? "locked" : lock.error().message);
  });
  const std::string said = somebody.rest();
  CHECK(said.find(run.id) != std::string::npos);
  CHECK(said.find(" works in ") != std::string::npos);
}

TEST_CASE_METHOD(LockFixture, "a lock file that a killed run left is taken over") {
  std::filesystem::create_directory(workspace / ".git");
  std::ofstream(workspace / ".git/pipectl.lock") << "1\nold\nlong ago\n";
  const auto held = must(store->lock_workspace(workspace, run.id));
  CHECK(error_of(store->lock_workspace(workspace, run.id)).message.find("old") ==
        std::string::npos);
}

TEST_CASE_METHOD(LockFixture, "a holder that has not said who it is yet is reported as such") {
  std::filesystem::create_directory(workspace / ".git");
  const auto held = must(store->lock_workspace(workspace, run.id));
  std::filesystem::resize_file(workspace / ".git/pipectl.lock", 0);
  CHECK(error_of(store->lock_workspace(workspace, run.id)).message.find("another pipectl") == 0);
}
