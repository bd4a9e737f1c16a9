// What the world may do to a store: fill the disk, take the rights away, damage the file.

#include <SQLiteCpp/SQLiteCpp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <catch2/catch_message.hpp>
#include <fstream>

#include "tests/unit/core/store/child.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

/// Runs `work` in a process of its own, on a disk of its own of `size`; its text, or nothing where
/// this user may not mount one.
std::optional<std::string> on_small_disk(const std::filesystem::path& place, const char* size,
                                         const std::function<void(int)>& work) {
  std::filesystem::create_directories(place);
  const Child child([&](int fd) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", place.c_str(), "tmpfs", 0, size) != 0)
      return say(fd, "no disk");
    work(fd);
  });
  std::string said = child.rest();
  if (said == "no disk") return std::nullopt;
  return said;
}

std::string problem(const Error& error) { return error.message + " | " + error.hint; }

/// Fills whatever is left.
void fill(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string block(4096, 'x');
  while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
}

void fill_the_journal(int fd, const std::filesystem::path& disk) {
  auto store = RunStore::open(disk / "state");
  if (!store) return say(fd, problem(store.error()));
  const auto run = (*store)->create(request_of({"a"}), at_second(0));
  if (!run) return say(fd, problem(run.error()));
  const auto journal = (*store)->journal(run->id);
  fill(disk / "ballast");
  int stored = 0;
  while (true) {
    const Transition started = transition::StageStarted{"a", stored + 1, std::string(3'000, 'w')};
    const auto appended = journal->append({&started, 1}, at_second(1));
    if (appended && ++stored < 100'000) continue;
    if (appended || appended.error().fault != Fault::infrastructure) return say(fd, "no fault");
    say(fd, problem(appended.error()) + " | ");
    break;
  }
  std::filesystem::remove(disk / "ballast");
  store->reset();
  auto again = RunStore::open(disk / "state");
  if (!again) return say(fd, "lost: " + problem(again.error()));
  const auto found = (*again)->load(run->id);
  if (!found) return say(fd, "lost: " + problem(found.error()));
  say(fd, found->stages[0].attempt == stored ? "intact" : "wrong attempt");
}

void fill_a_log(int fd, const std::filesystem::path& disk) {
  auto store = RunStore::open(disk / "state");
  if (!store) return say(fd, problem(store.error()));
  const auto run = (*store)->create(request_of({"a"}), at_second(0));
  const auto logs = (*store)->logs(run->id);
  for (int i = 0; i < 1'000; ++i) {
    const auto written = logs->write("a", Stream::out, std::string(10'000, 'x'));
    if (!written) return say(fd, problem(written.error()));
  }
  say(fd, "no fault");
}

/// Reads and writes a bit of everything.
Result<void> use(const std::filesystem::path& state) {
  const auto store = TRY(RunStore::open(state));
  for (const RunRecord& run : TRY(store->list(100))) TRY(store->load(run.id));
  TRY(store->create(request_of({"a"}), at_second(99)));
  return {};
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a full disk is said clearly and leaves the store intact") {
  pipectl::test::TempFolder folder;
  const auto disk = folder / "disk";
  const auto said = on_small_disk(disk, "size=1m", [&](int fd) { fill_the_journal(fd, disk); });
  if (!said) SKIP("needs the right to mount a small disk");
  INFO(*said);
  CHECK(holds(*said, "no space left"));
  CHECK(holds(*said, "runs.db"));
  CHECK(holds(*said, "PIPECTL_STATE_DIR"));
  CHECK(said->ends_with("intact"));
}

TEST_CASE("a log that fills the disk is named") {
  pipectl::test::TempFolder folder;
  const auto disk = folder / "disk";
  const auto said = on_small_disk(disk, "size=2m", [&](int fd) { fill_a_log(fd, disk); });
  if (!said) SKIP("needs the right to mount a small disk");
  INFO(*said);
  CHECK(holds(*said, "No space left"));
  CHECK(holds(*said, "logs/a.log"));
  CHECK(holds(*said, "runs clean"));
}

TEST_CASE("a disk without room for a store at all") {
  pipectl::test::TempFolder folder;
  const auto disk = folder / "disk";
  const auto said = on_small_disk(disk, "size=64k", [&](int fd) {
    fill(disk / "ballast");
    const auto store = RunStore::open(disk / "state");
    say(fd, store ? "opened" : problem(store.error()));
  });
  if (!said) SKIP("needs the right to mount a small disk");
  INFO(*said);
  CHECK((holds(*said, "o space left") && holds(*said, "PIPECTL_STATE_DIR")));
}

TEST_CASE("a read-only directory and one of another user name the way out") {
  if (::geteuid() != 0) SKIP("needs root to become another user");
  pipectl::test::TempFolder folder;
  must(RunStore::open(folder / "state"));
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  const Child child([&](int fd) {
    constexpr uid_t nobody = 65'534;
    if (::setresuid(nobody, nobody, nobody) != 0) return;
    say(fd, problem(error_of(RunStore::open(folder / "state"))) + "\n");
    say(fd, problem(error_of(RunStore::open(folder / "new"))) + "\n");
  });
  const std::string said = child.rest();
  INFO(said);
  CHECK(holds(said, "belongs to another user (uid 0, you are 65534)"));
  CHECK(holds(said, "chown -R 65534"));
  CHECK(holds(said, "cannot make " + (folder / "new").string() + ": Permission denied"));
  CHECK(holds(said, "PIPECTL_STATE_DIR"));
}

TEST_CASE("a damaged database is called so, wherever it is damaged") {
  for (const long place : {0L, 100L, 4096L + 10L}) {
    StoreFixture fixture;
    for (int i = 0; i < 20; ++i) must(fixture.store->create(request_of({"a", "b"}), at_second(i)));
    fixture.store.reset();
    {
      std::fstream file(fixture.state / "runs.db", std::ios::binary | std::ios::in | std::ios::out);
      file.seekp(place);
      file << std::string(9'000, '\x5a');
    }
    const Error error = error_of(use(fixture.state));
    CHECK(error.fault == Fault::infrastructure);
    CHECK(holds(error.message, "runs.db"));
    CHECK(holds(error.message, "damaged"));
    CHECK_FALSE(error.hint.empty());
  }
}

TEST_CASE("a store of a newer pipectl is refused") {
  StoreFixture fixture;
  fixture.store.reset();
  SQLite::Database(fixture.state / "runs.db", SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 4711");
  const Error error = error_of(RunStore::open(fixture.state));
  CHECK(error.fault == Fault::infrastructure);
  CHECK(holds(error.message, "newer pipectl (schema 4711"));
  CHECK(holds(error.hint, "update pipectl"));
}

TEST_CASE("an id that is none, put into the database, becomes no path") {
  StoreFixture fixture;
  must(fixture.store->create(request_of({"a"}), at_second(0)));
  fixture.store.reset();
  SQLite::Database(fixture.state / "runs.db", SQLite::OPEN_READWRITE)
      .exec("UPDATE run SET id = '../../../etc/cron.d'");
  fixture.store = must(RunStore::open(fixture.state));
  CHECK(holds(error_of(fixture.store->list(1)).message, "damaged"));
  CHECK(holds(error_of(fixture.store->load("1")).message, "damaged"));
  CHECK(must(fixture.store->prune({.runs = 0}, at_second(90'000'000))).runs == 0);
}

TEST_CASE("a directory that holds other things is left alone") {
  pipectl::test::TempFolder folder;
  folder.write("project/main.c", "int main;");
  const Error error = error_of(RunStore::open(folder / "project"));
  CHECK(error.fault == Fault::infrastructure);
  CHECK(holds(error.message, "main.c"));
  CHECK_FALSE(std::filesystem::exists(folder / "project/.gitignore"));
  CHECK(holds(error_of(RunStore::open(folder / "project/main.c")).message, "Not a directory"));
}

TEST_CASE("a link in the place of a folder of the store is refused") {
  pipectl::test::TempFolder folder;
  std::filesystem::create_directories(folder / "state");
  std::filesystem::create_directories(folder / "elsewhere");
  std::filesystem::create_directory_symlink(folder / "elsewhere", folder / "state/runs");
  CHECK(holds(error_of(RunStore::open(folder / "state")).message, "Not a directory"));
}

TEST_CASE("an open directory is tightened") {
  pipectl::test::TempFolder folder;
  std::filesystem::create_directories(folder / "state");
  REQUIRE(::chmod((folder / "state").c_str(), 0755) == 0);
  must(RunStore::open(folder / "state"));
  struct stat info {};
  REQUIRE(::stat((folder / "state").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0700U);
}
