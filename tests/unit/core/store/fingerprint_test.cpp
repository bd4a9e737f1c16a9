#include "core/store/fingerprint.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "core/store/cache.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace fs = std::filesystem;
using What = SkipVerdict::What;

namespace {

struct SkipFixture {
  pipectl::test::TempFolder folder;
  fs::path work = folder / "work";
  fs::path cache = folder / "cache";
  CancelToken never;
  std::unique_ptr<SkipStore> store = must(SkipStore::open(cache));
  SkipRequest request{"build",    "make all", {{"MODE", "release"}}, work, work,
                      {"src/**"}, {"dist"},   work / ".pipectl"};

  SkipFixture() {
    write("src/a.c", "a");
    write("src/b.c", "b");
  }
  void write(const std::string& name, std::string_view content) const {
    folder.write("work/" + name, content);
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(work / name, std::ios::binary).rdbuf();
    return all.str();
  }
  [[nodiscard]] SkipVerdict look() const { return must(store->look(request, never)); }
  [[nodiscard]] bool restore(const SkipVerdict& hit) const {
    return must(store->restore(request, hit, never)) == SkipStore::Restored::yes;
  }
  /// The stage runs: makes its output, succeeds, is recorded.
  SkipStore::Recorded run(const std::string& made = "binary") const {
    const SkipVerdict before = look();
    write("dist/app", made);
    Outcome outcome;
    outcome.summary = "all good";
    outcome.outputs = {{"version", "1.2\n\xff"}};
    return must(store->record(request, before, outcome, "run-1", never));
  }
  void damage_blobs() const {
    for (const auto& entry : fs::directory_iterator(cache / "blobs"))
      std::ofstream(entry.path()) << "damage";
  }
};

}  // namespace

TEST_CASE_METHOD(SkipFixture, "unchanged inputs are a hit that brings everything back") {
  CHECK(look().what == What::never_ran);
  CHECK(look().reason == "never ran");
  CHECK(run().kept);
  SkipVerdict hit = look();
  CHECK(hit.what == What::hit);
  CHECK(hit.intact);
  CHECK(hit.reason == "inputs unchanged since run run-1");
  CHECK(hit.run == "run-1");
  CHECK(hit.summary == "all good");
  CHECK(hit.values == Outputs{{"version", "1.2\n\xff"}});

  fs::remove_all(work / "dist");
  hit = look();
  CHECK(hit.what == What::hit);
  CHECK_FALSE(hit.intact);
  CHECK_FALSE(fs::exists(work / "dist"));
  CHECK(restore(hit));
  CHECK(text("dist/app") == "binary");
  CHECK(look().intact);

  write("dist/app", "edited");
  CHECK(restore(look()));
  CHECK(text("dist/app") == "binary");
}

TEST_CASE_METHOD(SkipFixture, "what changed is said") {
  run();
  SECTION("one file") {
    write("src/a.c", "A");
    CHECK(look().reason == "changed: src/a.c");
  }
  SECTION("of the same size and with the old time") {
    const auto time = fs::last_write_time(work / "src/a.c");
    write("src/a.c", "X");
    fs::last_write_time(work / "src/a.c", time);
    CHECK(look().reason == "changed: src/a.c");
  }
  SECTION("a new one and one that went") {
    write("src/new\n.c", "n");
    fs::remove(work / "src/b.c");
    CHECK(look().reason == R"(changed: src/new\n.c (new), src/b.c (removed))");
  }
  SECTION("many") {
    for (const auto* name : {"src/1", "src/2", "src/3", "src/4", "src/5"}) write(name, "x");
    CHECK(look().reason == "changed: src/1 (new), src/2 (new), src/3 (new), +2 more");
  }
  SECTION("the environment, whose values are not shown") {
    request.env = {{"MODE", "debug"}, {"EXTRA", "1"}};
    CHECK(look().reason == "env changed: EXTRA (new), MODE");
  }
  SECTION("the definition") {
    request.definition = "make more";
    write("src/a.c", "A");
    CHECK(look().reason == "definition changed; changed: src/a.c");
  }
  SECTION("what it makes") {
    request.outputs = {"dist", "doc"};
    CHECK(look().reason == "definition changed");
  }
  SECTION("the execute bit") {
    REQUIRE(::chmod((work / "src/a.c").c_str(), 0755) == 0);
    CHECK(look().reason == "changed: src/a.c");
  }
  CHECK(look().what == What::changed);
}

TEST_CASE_METHOD(SkipFixture, "what does not matter is no change") {
  run();
  fs::last_write_time(work / "src/a.c", fs::file_time_type::clock::now());
  REQUIRE(::chmod((work / "src/a.c").c_str(), 0600) == 0);
  write("other", "x");
  write("dist/more", "x");
  fs::create_directories(work / "src/empty");
  CHECK(look().what == What::hit);
}

TEST_CASE_METHOD(SkipFixture, "an earlier state is found again, from another place too") {
  run("first");
  write("src/a.c", "A");
  run("second");
  write("src/a.c", "a");
  CHECK(look().what == What::hit);
  CHECK(restore(look()));
  CHECK(text("dist/app") == "first");

  fs::rename(work, folder / "moved");
  request.workspace = request.directory = folder / "moved";
  CHECK(look().what == What::hit);
}

TEST_CASE_METHOD(SkipFixture, "outputs that cannot be had again let the stage run") {
  run();
  SECTION("evicted") {
    fs::remove_all(cache / "blobs");
    CHECK(look().what == What::hit);
    fs::remove(work / "dist/app");
    CHECK(look().what == What::outputs_missing);
    CHECK(look().reason == "outputs missing: dist/app");
  }
  SECTION("damaged") {
    damage_blobs();
    fs::remove(work / "dist/app");
    const SkipVerdict hit = look();
    CHECK(hit.what == What::hit);
    CHECK_FALSE(restore(hit));
    CHECK(look().what == What::outputs_missing);
  }
  CHECK(run().kept);
  CHECK(look().what == What::hit);
}

TEST_CASE_METHOD(SkipFixture, "no result is kept of inputs that changed meanwhile") {
  const SkipVerdict before = look();
  write("src/a.c", "formatted");
  write("dist/app", "x");
  const auto recorded = must(store->record(request, before, Outcome{}, "run-1", never));
  CHECK_FALSE(recorded.kept);
  CHECK(recorded.warnings.size() == 1);
  CHECK(look().what == What::never_ran);
}

TEST_CASE_METHOD(SkipFixture, "no result is kept of an output that was not made") {
  const auto recorded = must(store->record(request, look(), Outcome{}, "run-1", never));
  CHECK_FALSE(recorded.kept);
  CHECK(recorded.warnings[0].find("'dist'") != std::string::npos);
}

TEST_CASE_METHOD(SkipFixture, "a stage without outputs is skipped, too") {
  request.outputs = {};
  CHECK(must(store->record(request, look(), Outcome{}, "run-7", never)).kept);
  const SkipVerdict hit = look();
  CHECK(hit.what == What::hit);
  CHECK(restore(hit));
}

TEST_CASE_METHOD(SkipFixture, "outputs among the inputs are no inputs") {
  request.inputs = {"**"};
  run();
  CHECK(look().what == What::hit);
}

TEST_CASE_METHOD(SkipFixture, "a pattern that finds nothing is a warning") {
  request.inputs = {"src/**", "none/*.c"};
  REQUIRE(look().warnings.size() == 1);
  CHECK(look().warnings[0] == "inputs: no file matches 'none/*.c'");
}

TEST_CASE_METHOD(SkipFixture, "links count by where they point and by what is there") {
  folder.write("outside", "one");
  fs::create_symlink("a.c", work / "src/link");
  fs::create_symlink(folder / "outside", work / "src/out");
  run();
  CHECK(look().what == What::hit);
  SECTION("another target") {
    fs::remove(work / "src/link");
    fs::create_symlink("b.c", work / "src/link");
    CHECK(look().reason == "changed: src/link");
  }
  SECTION("another content") {
    folder.write("outside", "two");
    CHECK(look().reason == "changed: src/out");
  }
}

TEST_CASE_METHOD(SkipFixture, "stages do not share results") {
  run();
  request.stage = "other";
  CHECK(look().what == What::never_ran);
}

TEST_CASE_METHOD(SkipFixture, "results outlive the process, and are forgotten by age") {
  run();
  store = must(SkipStore::open(cache));
  CHECK(look().what == What::hit);
  must(store->forget(std::chrono::hours(24), std::chrono::system_clock::now()));
  CHECK(look().what == What::hit);
  must(store->forget(std::chrono::hours(24),
                     std::chrono::system_clock::now() + std::chrono::hours(25)));
  CHECK(look().what == What::never_ran);
}

TEST_CASE_METHOD(SkipFixture, "a value with a NUL byte is not kept cut") {
  const SkipVerdict before = look();
  write("dist/app", "x");
  Outcome outcome;
  outcome.outputs = {{"k", std::string("a\0b", 3)}};
  CHECK_FALSE(must(store->record(request, before, outcome, "run-1", never)).kept);
}

TEST_CASE_METHOD(SkipFixture, "many stages at once") {
  for (int i = 0; i < 30; ++i) write("src/many" + std::to_string(i), std::to_string(i));
  std::atomic<int> hits{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      SkipRequest own = request;
      own.stage = "stage" + std::to_string(i);
      own.outputs = {};
      for (int round = 0; round < 5; ++round) {
        const auto verdict = store->look(own, never);
        if (!verdict) return;
        if (verdict->what == What::hit)
          ++hits;
        else if (!store->record(own, *verdict, Outcome{}, "run", never))
          return;
      }
    });
  threads.clear();
  CHECK(hits == 4 * 4);
}

TEST_CASE_METHOD(SkipFixture, "what the result did not have goes, and nothing else") {
  request.outputs = {"dist", "!dist/keep.log"};
  folder.write("work/dist/lib/a", "a");
  fs::create_directories(work / "dist/empty");
  run();
  folder.write("work/dist/extra", "x");
  folder.write("work/dist/lib/more/deep", "x");
  folder.write("work/dist/keep.log", "mine");
  folder.write("work/notes.txt", "mine");
  folder.write("outside/file", "not ours");
  fs::create_symlink(folder / "outside/file", work / "dist/link");
  fs::create_directory_symlink(folder / "outside", work / "dist/lib/folder");
  const SkipVerdict hit = look();
  CHECK(hit.what == What::hit);
  CHECK_FALSE(hit.intact);
  CHECK(restore(hit));
  CHECK(look().intact);
  for (const char* const gone : {"extra", "lib/more", "link", "lib/folder"})
    CHECK_FALSE(fs::exists(fs::symlink_status(work / "dist" / gone)));
  for (const char* const there : {"dist/app", "dist/lib/a", "dist/keep.log", "notes.txt"})
    CHECK(fs::exists(work / there));
  CHECK(fs::is_directory(work / "dist/empty"));
  CHECK(fs::exists(folder / "outside/file"));
}

TEST_CASE_METHOD(SkipFixture, "extra files go also where the archive is needed, or is gone") {
  run();
  write("dist/extra", "x");
  fs::remove(work / "dist/app");
  CHECK(restore(look()));
  CHECK(text("dist/app") == "binary");
  CHECK_FALSE(fs::exists(work / "dist/extra"));
  write("dist/extra", "x");
  fs::remove_all(cache / "blobs");
  CHECK(restore(look()));
  CHECK_FALSE(fs::exists(work / "dist/extra"));
  write("dist/extra", "x");
  fs::remove(work / "dist/app");
  CHECK(look().what == What::outputs_missing);
  CHECK(fs::exists(work / "dist/extra"));
}

TEST_CASE_METHOD(SkipFixture, "behind a link nothing is removed: the stage has to run") {
  request.outputs = {"dist/**"};
  fs::create_directories(work / "real");
  fs::create_directory_symlink("real", work / "dist");
  CHECK(run().kept);
  CHECK(look().intact);
  write("real/extra", "x");
  const SkipVerdict hit = look();
  CHECK(hit.what == What::hit);
  CHECK_FALSE(hit.intact);
  CHECK_FALSE(restore(hit));
  CHECK(fs::exists(work / "real/extra"));
}
