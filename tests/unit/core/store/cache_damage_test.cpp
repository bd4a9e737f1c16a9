// A cache may be lost at any time, so what happens to its files never stands in a run's way.

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <catch2/generators/catch_generators.hpp>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "core/store/cache.hpp"
#include "core/store/cache_database.hpp"
#include "core/store/fingerprint.hpp"
#include "core/store/housekeeping.hpp"
#include "core/store/migrations/migrations.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace fs = std::filesystem;
using What = SkipVerdict::What;

namespace {

struct DamageFixture {
  pipectl::test::TempFolder folder;
  fs::path work = folder / "work";
  fs::path cache = folder / "cache";
  fs::path database = cache / "fingerprints.db";
  fs::path aside = cache / "fingerprints.db.damaged";
  CancelToken never;
  SkipRequest request{"build", "make", {}, work, work, {"src/**"}, {"dist"}};

  DamageFixture() {
    folder.write("work/src/a.c", "a");
    folder.write("work/dist/app", "app");
    const auto store = open();
    for (int i = 0; i < 40; ++i) {
      request.stage = "build " + std::to_string(i);
      CHECK(
          must(store->record(request, must(store->look(request, never)), {}, "run-1", never)).kept);
    }
  }
  [[nodiscard]] std::unique_ptr<SkipStore> open() const { return must(SkipStore::open(cache)); }

  /// The store works, forgot everything once, and said so.
  void check_healed() const {
    const auto store = open();
    std::string said = store->take_note();
    const auto first = must(store->look(request, never));
    for (const auto& warning : first.warnings) said += warning;
    CHECK(first.what == What::never_ran);
    CHECK(said.find(database.string()) != std::string::npos);
    CHECK(said.find("begun anew") != std::string::npos);
    CHECK(must(store->record(request, first, {}, "run-2", never)).kept);
    CHECK(must(store->look(request, never)).what == What::hit);
    CHECK(store->take_note().empty());
    const auto again = open();
    CHECK(again->take_note().empty());
    CHECK(must(again->look(request, never)).run == "run-2");
  }
};

void overwrite(const fs::path& file, long place, std::size_t bytes) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(place);
  out << std::string(bytes, '\x5a');
}

std::string text(const fs::path& file) {
  std::ostringstream all;
  all << std::ifstream(file, std::ios::binary).rdbuf();
  return all.str();
}

}  // namespace

TEST_CASE_METHOD(DamageFixture, "garbage in the place of the list is set aside, as it was") {
  const std::string garbage(5'000, 'g');
  std::ofstream(database) << garbage;
  check_healed();
  CHECK(text(aside) == garbage);
}

TEST_CASE_METHOD(DamageFixture, "a list that is damaged somewhere inside heals when that shows") {
  overwrite(database, 4096, fs::file_size(database) - 4096);
  check_healed();
  CHECK(fs::exists(aside));
}

TEST_CASE_METHOD(DamageFixture, "a list that is cut off heals") {
  const auto size = fs::file_size(database);
  fs::resize_file(database, GENERATE_COPY(std::uintmax_t{50}, size / 2, size - 4096));
  check_healed();
}

TEST_CASE_METHOD(DamageFixture, "a list of another schema is begun anew") {
  const char* const sql = GENERATE("PRAGMA user_version = 4711", "PRAGMA user_version = 0",
                                   "DROP TABLE result", "ALTER TABLE result DROP COLUMN summary");
  SQLite::Database(database, SQLite::OPEN_READWRITE).exec(sql);
  check_healed();
}

TEST_CASE_METHOD(DamageFixture, "a folder in its place is set aside, twice") {
  for (int i = 0; i < 2; ++i) {
    fs::remove(database);
    folder.write("cache/fingerprints.db/thing", "x");
    check_healed();
    CHECK(fs::exists(aside / "thing"));
  }
}

TEST_CASE_METHOD(DamageFixture, "the old write-ahead log does not come back into the new list") {
  {
    SQLite::Database holder(database, SQLite::OPEN_READWRITE);
    holder.exec(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; "
        "UPDATE result SET run = 'old'");
    fs::copy(database.string() + "-wal", folder / "wal");
  }
  fs::copy(folder / "wal", database.string() + "-wal");
  std::ofstream(database) << std::string(5'000, 'g');
  check_healed();
}

TEST_CASE_METHOD(DamageFixture, "several that find it damaged at once heal it once") {
  std::ofstream(database) << std::string(5'000, 'g');
  std::vector<std::thread> threads;
  std::vector<std::string> notes(8);
  for (auto& note : notes)
    threads.emplace_back([&] {
      auto opened = open_cache_database(database, migrations::of_fingerprints());
      note = opened ? opened->note : "failed: " + opened.error().message;
    });
  for (auto& thread : threads) thread.join();
  CAPTURE(notes);
  CHECK(std::ranges::count(notes, std::string{}) == 7);
  CHECK(std::ranges::count_if(notes, [](const auto& note) {
          return note.find("begun anew") != std::string::npos;
        }) == 1);
}

TEST_CASE_METHOD(DamageFixture, "who finds it healed by another takes that one") {
  auto mine = std::make_unique<Database>(database);
  must(mine->prepare(migrations::of_fingerprints()).map([] { return 0; }));
  fs::remove(database);
  const auto others = open();
  const auto renewed = must(renew_cache_database(*mine, database, migrations::of_fingerprints()));
  CHECK(renewed.note.empty());
  CHECK_FALSE(fs::exists(aside));
}

TEST_CASE("a damaged cache entry is a miss, and the next save mends it") {
  pipectl::test::TempFolder folder;
  folder.write("work/a.txt", "a");
  const Cache cache(folder / "cache");
  const CancelToken never;
  const CacheRequest request{"key", {"*.txt"}, folder / "work", {}};
  CHECK(must(cache.save(request, never)).what == Cache::Saved::What::saved);
  const auto entry = fs::directory_iterator(folder / "cache/entries")->path();
  for (const char* const content : {"", "{", "[]", "{\"blob\": 1}", "{\"blob\": \"../../etc\"}"}) {
    std::ofstream(entry, std::ios::trunc) << content;
    CHECK_FALSE(must(cache.restore(request, never)).hit);
    CHECK(must(cache.save(request, never)).what == Cache::Saved::What::saved);
    CHECK(must(cache.restore(request, never)).hit);
  }
  const auto blob = fs::directory_iterator(folder / "cache/blobs")->path();
  fs::resize_file(blob, 10);
  const auto restored = must(cache.restore(request, never));
  CHECK_FALSE(restored.hit);
  CHECK(restored.warnings.size() == 1);
  CHECK(must(cache.save(request, never)).what == Cache::Saved::What::saved);
  CHECK(must(cache.restore(request, never)).hit);
}

TEST_CASE("a cache that cannot be tidied does not keep old runs from going") {
  StoreFixture fixture;
  must(fixture.store->create(request_of({"a"}), at_second(0)));
  fixture.folder.write("state/cache/blobs", "no folder");
  const auto pruned = keep_house(*fixture.store, at_second(90'000'000));
  CHECK_FALSE(pruned);
  CHECK(must(fixture.store->list(10)).empty());
}
