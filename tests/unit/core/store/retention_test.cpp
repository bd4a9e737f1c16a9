#include "core/store/retention.hpp"

#include <sys/stat.h>

#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

constexpr long day = 86'400;

struct PruneFixture : StoreFixture {
  /// A run that ended a second after its start, with a log of `bytes`.
  std::string finished(long second, std::size_t bytes = 10) const {
    const auto run = must(store->create(request_of({"a"}), at_second(second)));
    must(store->logs(run.id)->write("a", Stream::out, std::string(bytes, 'x')));
    must(append(run.id, transition::RunEnded{0}, second + 1));
    return run.id;
  }
  std::string unfinished(long second) const {
    return must(store->create(request_of({"a"}), at_second(second))).id;
  }
  [[nodiscard]] std::vector<std::string> left() const {
    std::vector<std::string> ids;
    for (const auto& run : must(store->list(100))) ids.push_back(run.id);
    return ids;
  }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(PruneFixture, "the oldest runs over the number go, with their files") {
  const auto a = finished(0);
  const auto b = finished(10);
  const auto c = finished(20);
  const auto pruned = must(store->prune({.runs = 2}, at_second(30)));
  CHECK(pruned.runs == 1);
  CHECK(pruned.bytes > 0);
  CHECK(left() == Ids{c, b});
  CHECK_FALSE(std::filesystem::exists(store->run_dir(a)));
  CHECK(must(store->prune({.runs = 2}, at_second(30))).runs == 0);
}

TEST_CASE_METHOD(PruneFixture, "runs over the age go") {
  finished(0);
  const auto b = finished(2 * day);
  CHECK(must(store->prune({.age = std::chrono::hours(24)}, at_second(2 * day + 60))).runs == 1);
  CHECK(left() == Ids{b});
}

TEST_CASE_METHOD(PruneFixture, "runs over the size go, and a large one does not take newer ones") {
  const auto a = finished(0, 100'000);
  const auto b = finished(10, 1'000'000);
  const auto c = finished(20, 100'000);
  must(store->prune({.bytes = 500'000}, at_second(30)));
  CHECK(left() == Ids{c, a});
  CHECK_FALSE(std::filesystem::exists(store->run_dir(b)));
}

TEST_CASE_METHOD(PruneFixture, "an unfinished run stays for a day") {
  const auto run = unfinished(0);
  finished(10);
  must(store->prune({.runs = 0}, at_second(day - 60)));
  CHECK(left() == Ids{run});
  must(store->prune({.runs = 0}, at_second(day + 60)));
  CHECK(left().empty());
}

TEST_CASE_METHOD(PruneFixture, "a running one stays however old it is") {
  const auto run = unfinished(0);
  const auto lock = must(store->lock_workspace(folder.path(), run));
  must(store->prune({.runs = 0}, at_second(400 * day)));
  CHECK(left() == Ids{run});
  CHECK(error_of(store->remove(run)).fault == Fault::usage);
}

TEST_CASE_METHOD(PruneFixture, "a clock that went back makes nothing old") {
  const auto run = finished(1'000 * day);
  must(store->prune({}, at_second(0)));
  CHECK(left() == Ids{run});
}

TEST_CASE_METHOD(PruneFixture, "the size of a resumed run is counted again") {
  const auto run = finished(0, 1'000);
  must(store->prune({}, at_second(10)));
  must(append(run, transition::StageStarted{"a", 1, ""}, 20));
  must(store->logs(run)->write("a", Stream::out, std::string(1'000'000, 'x')));
  must(append(run, transition::RunEnded{0}, 21));
  CHECK(must(store->prune({.bytes = 500'000}, at_second(30))).runs == 1);
}

TEST_CASE_METHOD(PruneFixture, "removing never leaves the folder of the run") {
  const auto run = finished(0);
  const auto precious = folder.write("precious/file", "keep");
  std::filesystem::create_directory_symlink(precious.parent_path(), store->run_dir(run) / "link");
  std::filesystem::create_symlink(precious, store->run_dir(run) / "logs" / "link");
  must(store->remove(run));
  CHECK(std::filesystem::file_size(precious) == 4);
  CHECK_FALSE(std::filesystem::exists(store->run_dir(run)));
  for (const auto* bad : {"..", "../..", "", "latest", "/etc"})
    CHECK(error_of(store->remove(bad)).fault == Fault::usage);
  CHECK(std::filesystem::exists(state / "runs.db"));
}

TEST_CASE_METHOD(PruneFixture, "a run whose folder is gone already can be removed") {
  const auto run = finished(0);
  std::filesystem::remove_all(store->run_dir(run));
  must(store->remove(run));
  CHECK(left().empty());
}

TEST_CASE("folders without write permission go too") {
  pipectl::test::TempFolder folder;
  folder.write("tree/locked/deep/file", "x");
  REQUIRE(::chmod((folder / "tree/locked/deep").c_str(), 0500) == 0);
  REQUIRE(::chmod((folder / "tree/locked").c_str(), 0500) == 0);
  must(remove_tree(folder / "tree"));
  CHECK_FALSE(std::filesystem::exists(folder / "tree"));
  must(remove_tree(folder / "tree"));
}
