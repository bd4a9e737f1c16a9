#include "core/store/file_hashes.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/base/sha256.hpp"
#include "core/store/migrations/migrations.hpp"
#include "core/store/name_values.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

struct HashFixture {
  pipectl::test::TempFolder folder;
  SharedDatabase shared{{},
                        must(Database::open(folder / "hashes.db", migrations::of_fingerprints()))};

  [[nodiscard]] FoundFile file(const std::string& name) const {
    const auto info = look_at(folder / name, Links::keep);
    REQUIRE(info);
    return {name, FoundFile::Kind::file, info->mode, info->state};
  }
  std::string mark(const FoundFile& found) {
    FileHashes hashes(shared);
    return must(hashes.marks_of(folder.path(), {found})).at(0);
  }
  /// Stores a digest for the file that it does not have: who gets it did not read the file.
  void pretend(const FoundFile& found, const std::string& hash) {
    SQLite::Database database(folder / "hashes.db", SQLite::OPEN_READWRITE);
    SQLite::Statement insert(database, "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, 0)");
    insert.bind(1, static_cast<std::int64_t>(found.state.device));
    insert.bind(2, static_cast<std::int64_t>(found.state.inode));
    insert.bind(3, static_cast<std::int64_t>(found.state.size));
    insert.bind(4, found.state.mtime);
    insert.bind(5, found.state.ctime);
    insert.bind(6, hash);
    insert.exec();
  }
};

}  // namespace

TEST_CASE_METHOD(HashFixture, "a file in a known state is not read") {
  folder.write("a", "content");
  CHECK(mark(file("a")) == "-" + sha256_hex("content"));
  pretend(file("a"), "known");
  CHECK(mark(file("a")) == "-known");
}

TEST_CASE_METHOD(HashFixture, "any other state is read again") {
  folder.write("a", "content");
  pretend(file("a"), "known");
  FoundFile other = file("a");
  SECTION("size") { other.state.size += 1; }
  SECTION("mtime") { other.state.mtime += 1; }
  SECTION("ctime") { other.state.ctime += 1; }
  SECTION("inode") { other.state.inode += 1; }
  SECTION("device") { other.state.device += 1; }
  CHECK(mark(other) == "-" + sha256_hex("content"));
}

TEST_CASE_METHOD(HashFixture, "a file that changed just now is not trusted to stay") {
  const auto path = folder.write("a", "one");
  // Still new however long this test is kept waiting.
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  FileHashes hashes(shared);
  const FoundFile before = file("a");
  must(hashes.marks_of(folder.path(), {before}));
  folder.write("a", "two");
  FoundFile same_state = file("a");
  same_state.state = before.state;  // as if it happened within one tick of the clock
  CHECK(must(hashes.marks_of(folder.path(), {same_state})).at(0) == "-" + sha256_hex("two"));
}

TEST_CASE_METHOD(HashFixture, "a file that is gone is the stage's error") {
  folder.write("a", "one");
  const FoundFile found = file("a");
  std::filesystem::remove(folder / "a");
  FileHashes hashes(shared);
  CHECK(error_of(hashes.marks_of(folder.path(), {found})).fault == Fault::step);
}

TEST_CASE("lists of names and values hold any text, and survive a cut") {
  const NameValues list{{"a", ""}, {"", "b"}, {"\n\xff", "= \t"}};
  CHECK(decode(encode(list)) == list);
  CHECK(decode("").empty());
  const std::string text = encode(list);
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK(decode(std::string_view(text).substr(0, size)).size() < list.size());
}
