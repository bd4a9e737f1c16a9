#include "core/store/cache.hpp"

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/unit/core/store/child.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace fs = std::filesystem;
using SaveResult = Cache::Saved::What;

namespace {

struct CacheFixture {
  pipectl::test::TempFolder folder;
  fs::path work = folder / "work";
  fs::path dir = folder / "cache";
  Cache cache{dir};
  CancelToken never;

  [[nodiscard]] CacheRequest request(std::string key,
                                     std::vector<std::string> paths = {"deps"}) const {
    return {std::move(key), std::move(paths), work, work / ".pipectl"};
  }
  [[nodiscard]] SaveResult save(const std::string& key) const {
    return must(cache.save(request(key), never)).what;
  }
  [[nodiscard]] bool restore(const std::string& key) const {
    return must(cache.restore(request(key), never)).hit;
  }
  void write(const std::string& name, std::string_view content) const {
    folder.write("work/" + name, content);
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(work / name, std::ios::binary).rdbuf();
    return all.str();
  }
  void clean() const { fs::remove_all(work / "deps"); }
  [[nodiscard]] std::vector<fs::path> blobs() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(dir / "blobs")) all.push_back(entry.path());
    return all;
  }
};

WallTime in_hours(int hours) {
  return std::chrono::system_clock::now() + std::chrono::hours(hours);
}

}  // namespace

TEST_CASE_METHOD(CacheFixture, "what was saved comes back under its key, and under no other") {
  write("deps/a/lib.js", "lib");
  CHECK_FALSE(restore("v1"));
  CHECK(save("v1") == SaveResult::saved);
  clean();
  CHECK_FALSE(restore("v2"));
  CHECK_FALSE(must(cache.restore(request("v1", {"deps", "more"}), never)).hit);
  CHECK(restore("v1"));
  CHECK(text("deps/a/lib.js") == "lib");
}

TEST_CASE_METHOD(CacheFixture, "a key may hold anything") {
  write("deps/x", "x");
  for (const std::string& key :
       {std::string("../../etc"), std::string("a/b c\n\xff"), std::string(5'000, 'k')}) {
    CHECK(save(key) == SaveResult::saved);
    clean();
    CHECK(restore(key));
  }
  CHECK(error_of(cache.save(request(""), never)).fault == Fault::usage);
  CHECK(error_of(cache.restore(request("k", {"../x"}), never)).fault == Fault::usage);
}

TEST_CASE_METHOD(CacheFixture, "unchanged files are not packed again, changed ones are") {
  write("deps/x", "x");
  CHECK(save("v1") == SaveResult::saved);
  CHECK(save("v1") == SaveResult::unchanged);
  clean();
  CHECK(restore("v1"));
  CHECK(save("v1") == SaveResult::unchanged);
  write("deps/y", "y");
  CHECK(save("v1") == SaveResult::saved);
  clean();
  CHECK(restore("v1"));
  CHECK(text("deps/y") == "y");
}

TEST_CASE_METHOD(CacheFixture, "nothing to save is a warning, and no entry") {
  fs::create_directories(work);
  const auto saved = must(cache.save(request("v1"), never));
  CHECK(saved.what == SaveResult::nothing);
  REQUIRE(saved.warnings.size() == 1);
  CHECK_FALSE(restore("v1"));
}

TEST_CASE_METHOD(CacheFixture, "a damaged archive is a miss with a warning, and heals by a save") {
  write("deps/x", std::string(10'000, 'x'));
  CHECK(save("v1") == SaveResult::saved);
  SECTION("flipped") {
    std::fstream file(blobs()[0], std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file << "damage";
  }
  SECTION("cut") { fs::resize_file(blobs()[0], fs::file_size(blobs()[0]) / 2); }
  clean();
  const auto restored = must(cache.restore(request("v1"), never));
  CHECK_FALSE(restored.hit);
  CHECK(restored.warnings.size() == 1);
  CHECK_FALSE(fs::exists(work / "deps"));
  write("deps/x", "again");
  CHECK(save("v1") == SaveResult::saved);
  CHECK(restore("v1"));
}

TEST_CASE_METHOD(CacheFixture, "a damaged entry is a miss") {
  write("deps/x", "x");
  CHECK(save("v1") == SaveResult::saved);
  for (const auto& entry : fs::directory_iterator(dir / "entries"))
    std::ofstream(entry.path()) << R"({"blob": "../../../etc/passwd", "bytes": -1)" << '}';
  CHECK_FALSE(restore("v1"));
  CHECK(save("v1") == SaveResult::saved);
}

TEST_CASE_METHOD(CacheFixture, "eviction takes the longest unused, and what is too old") {
  write("deps/x", std::string(1'000, 'a'));
  CHECK(save("old") == SaveResult::saved);
  for (const auto& blob : blobs())
    fs::last_write_time(blob, fs::file_time_type::clock::now() - std::chrono::hours(2));
  write("deps/x", std::string(1'000, 'b'));
  CHECK(save("new") == SaveResult::saved);
  std::uint64_t total = 0;
  for (const auto& blob : blobs()) total += fs::file_size(blob);

  CHECK(must(cache.evict({}, in_hours(0))).blobs == 0);
  CHECK(must(cache.evict({.bytes = total - 1}, in_hours(0))).blobs == 1);
  CHECK_FALSE(restore("old"));
  CHECK(restore("new"));
  CHECK(must(cache.evict({.age = std::chrono::hours(24)}, in_hours(25))).blobs == 1);
  CHECK_FALSE(restore("new"));
  CHECK(fs::is_empty(dir / "entries"));
}

TEST_CASE_METHOD(CacheFixture, "a use makes it young again") {
  write("deps/x", "x");
  CHECK(save("v1") == SaveResult::saved);
  for (const auto& blob : blobs())
    fs::last_write_time(blob, fs::file_time_type::clock::now() - std::chrono::hours(100));
  CHECK(restore("v1"));
  CHECK(must(cache.evict({.age = std::chrono::hours(50)}, in_hours(0))).blobs == 0);
}

TEST_CASE_METHOD(CacheFixture, "a temporary file of a crash goes after a day") {
  write("deps/x", "x");
  CHECK(save("v1") == SaveResult::saved);
  folder.write("cache/blobs/1-2.tmp", "half");
  CHECK(must(cache.evict({.bytes = 1'000'000}, in_hours(1))).blobs == 0);
  CHECK(must(cache.evict({.bytes = 1'000'000}, in_hours(30))).blobs == 1);
  CHECK(restore("v1"));
}

TEST_CASE_METHOD(CacheFixture, "many savers and readers of one key at once") {
  write("deps/x", std::string(200'000, 'x'));
  CHECK(save("v1") == SaveResult::saved);
  std::vector<std::jthread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const fs::path mine = folder / ("work" + std::to_string(i));
      for (int round = 0; round < 10; ++round) {
        CacheRequest own = request("v1");
        own.workspace = mine;
        fs::create_directories(mine / "deps");
        std::ofstream(mine / "deps/x") << std::string(200'000, static_cast<char>('a' + i));
        if (!cache.save(own, never)) ++wrong;
        const auto restored = cache.restore(own, never);
        if (!restored || !restored->hit || !restored->warnings.empty()) ++wrong;
        if (fs::file_size(mine / "deps/x") != 200'000) ++wrong;
      }
    });
  threads.clear();
  CHECK(wrong == 0);
}

TEST_CASE_METHOD(CacheFixture, "kill -9 of a saver leaves a cache that works") {
  write("deps/x", std::string(5'000'000, 'x'));
  for (int i = 0; i < 5; ++i) {
    Child child([&](int fd) {
      say(fd, "+");
      static_cast<void>(cache.save(request("v1"), never));
    });
    REQUIRE(child.next());
    child.kill();
    const auto restored = must(cache.restore(request("v1"), never));
    CHECK(restored.warnings.empty());
  }
}
