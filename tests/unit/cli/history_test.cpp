// The pages of runs, logs and explain, over a store that holds a failed and a killed run.

#include "cli/history/history.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/history/clean.hpp"
#include "cli/history/explanation.hpp"
#include "cli/history/log_reader.hpp"
#include "cli/history/record_json.hpp"
#include "cli/history/run_page.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::cli;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

Outcome outcome(Status status, std::string reason = {}, SkipCause skip = SkipCause::none) {
  Outcome made = ended_as(status);
  made.reason = std::move(reason);
  made.skip = skip;
  return made;
}

struct HistoryFixture : StoreFixture {
  ui::Terminal terminal;
  std::string id;

  HistoryFixture() {
    RunRequest request =
        request_of({"build", "unit (18)", "unit (20)", "deploy", "verify", "docs (only)"});
    request.needs = {{}, {0}, {0}, {1, 2}, {3}, {}};
    request.git.branch = "$(touch pwned)\x1b[31m\xff";
    request.git.sha = "1f3c9a2bbbb";
    id = must(store->create(request, at_second(0))).id;
    put(transition::StageStarted{"build", 1, "changed: src/a.c"}, 1);
    put(transition::StageEnded{"build", ended_as(Status::succeeded)}, 2);
    put(transition::StageStarted{"unit (18)", 1, ""}, 3);
    put(transition::StageEnded{"unit (18)", outcome(Status::failed, "exit code 7")}, 4);
    put(transition::StageEnded{"unit (20)", outcome(Status::cached, "inputs unchanged")}, 4);
    const auto skipped = [](const char* reason) {
      return outcome(Status::skipped, reason, SkipCause::upstream);
    };
    put(transition::StageEnded{"deploy", skipped("upstream unit (18)")}, 4);
    put(transition::StageEnded{"verify", skipped("upstream deploy")}, 4);
  }
  void put(const Transition& transition, long second) const {
    must(append(id, transition, second));
  }
  [[nodiscard]] RunRecord run() const { return must(store->load(id)); }
  [[nodiscard]] std::string explain(const std::string& stage) const {
    const RunRecord record = run();
    return explanation(record, *must(find_stage(record, stage)), *store, terminal);
  }
};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(HistoryFixture, "explain: why a stage ran, and what it needs") {
  const std::string text = explain("build");
  CHECK(text.starts_with("build in run " + id + " (#1): succeeded\n"));
  CHECK(holds(text, "why it ran  changed: src/a.c"));
  CHECK(holds(explain("unit (18)"), "needs       build (succeeded)"));
  CHECK(holds(explain("unit (18)"), "reason      exit code 7"));
  CHECK(holds(explain("unit (20)"), "inputs unchanged"));
}

TEST_CASE_METHOD(HistoryFixture, "explain: a skipped stage is followed to where it began") {
  const std::string text = explain("verify");
  CHECK(holds(text, "was skipped"));
  CHECK(holds(text, "a stage that it needs did not succeed"));
  CHECK(holds(text, "it began with  unit (18) failed: exit code 7"));
}

TEST_CASE_METHOD(HistoryFixture, "explain: every cause of a skip has words of its own") {
  std::vector<std::string> seen;
  for (const auto cause : {SkipCause::condition, SkipCause::requirement, SkipCause::deselected,
                           SkipCause::upstream, SkipCause::stopped}) {
    put(transition::StageEnded{"verify", outcome(Status::skipped, "", cause)}, 5);
    const std::string text = explain("verify");
    CHECK(holds(text, "  because "));
    CHECK(std::ranges::find(seen, text) == seen.end());
    seen.push_back(text);
  }
}

TEST_CASE_METHOD(HistoryFixture, "explain: a stage that never ended") {
  CHECK(holds(explain("docs (only)"), "was not started before pipectl ended"));
  put(transition::StageStarted{"docs (only)", 1, ""}, 5);
  CHECK(holds(explain("docs (only)"), "was running when pipectl ended"));
  {
    const auto lock = must(store->lock_workspace(folder.path(), id));
    CHECK(holds(explain("docs (only)"), "is running"));
  }
  put(transition::RunEnded{1}, 6);
  CHECK_FALSE(holds(explain("docs (only)"), "is running"));
}

TEST_CASE_METHOD(HistoryFixture,
                 "stages are found by name, by their only instance, by suggestion") {
  const RunRecord record = run();
  CHECK(must(find_stage(record, "docs"))->name == "docs (only)");
  CHECK(error_of(find_stage(record, "biuld")).hint == "did you mean 'build'?");
  const Error many = error_of(find_stage(record, "unit"));
  CHECK(many.fault == Fault::usage);
  CHECK(holds(many.hint, "'unit (18)' 'unit (20)'"));
}

TEST_CASE_METHOD(HistoryFixture, "a run's state in a word") {
  CHECK(result_of(run(), false).word == "unfinished");
  CHECK(result_of(run(), true).word == "running");
  struct Case {
    int code;
    std::string_view word;
  };
  for (const auto& [code, word] :
       {Case{0, "passed"}, Case{1, "failed"}, Case{3, "infrastructure"}, Case{4, "waiting"},
        Case{5, "undone"}, Case{6, "undo failed"}, Case{70, "bug"}, Case{130, "interrupted"}}) {
    put(transition::RunEnded{code}, 5);
    CHECK(result_of(run(), false).word == word);
  }
}

TEST_CASE_METHOD(HistoryFixture, "lists and pages show foreign text safely") {
  const auto runs = must(store->list(10));
  const std::string table = run_table(runs, *store, terminal);
  CHECK(holds(table, "RUN "));
  CHECK(holds(table, id));
  CHECK(holds(table, "$(touch pwned)"));
  CHECK_FALSE(holds(table, "\x1b"));
  CHECK_FALSE(holds(table, "\xff"));
  const std::string page = run_page(run(), *store, terminal);
  CHECK(holds(page, "unit (18)  "));
  CHECK(holds(page, "NOT STARTED"));
  CHECK(holds(page, "pipectl run --resume=" + id));
  CHECK_FALSE(holds(page, "\x1b"));
}

TEST_CASE_METHOD(HistoryFixture, "JSON is valid whatever the bytes") {
  const auto list = nlohmann::json::parse(json_of_list(must(store->list(10)), *store));
  CHECK(list["v"] == 1);
  CHECK(list["runs"].size() == 1);
  CHECK(list["runs"][0]["result"] == "unfinished");
  const auto page = nlohmann::json::parse(json_of_run(run(), *store));
  CHECK(page["stages"].size() == 6);
  CHECK(page["stages"][1]["outcome"] == "failed");
  const RunRecord record = run();
  const auto stage = nlohmann::json::parse(json_of_stage(record, *record.stage("verify"), *store));
  CHECK(stage["skip"] == "upstream");
  CHECK(stage["needs"] == std::vector<std::string>{"deploy"});
}

TEST_CASE_METHOD(HistoryFixture, "clean takes what was asked for, never a running one") {
  must(append(id, transition::RunEnded{0}, 10));
  const auto young = must(store->create(request_of({"a"}), std::chrono::system_clock::now()));
  CHECK(error_of(clean_runs(*store, {.keep = {}, .older = "1x", .all = false})).fault ==
        Fault::usage);
  const auto lock = must(store->lock_workspace(folder.path(), young.id));
  CHECK(must(clean_runs(*store, {.keep = 5, .older = "", .all = false})).runs == 0);
  CHECK(must(clean_runs(*store, {.keep = {}, .older = "", .all = true})).runs == 1);
  CHECK(must(store->list(10)).at(0).id == young.id);
}

TEST_CASE_METHOD(HistoryFixture, "a log is followed from before its first byte") {
  LogReader reader(store->log_file(id, "build"));
  std::string all;
  const auto take = [&](std::string_view bytes) -> Result<void> {
    all += bytes;
    return {};
  };
  must(reader.read(take));
  CHECK_FALSE(reader.found());
  const std::string text = std::string("a\0b\xff\r\n", 6) + std::string(700'000, 'x');
  std::jthread writer([&] {
    const auto logs = store->logs(id);
    for (std::size_t at = 0; at < text.size(); at += 50'000)
      must(logs->write("build", Stream::out, std::string_view(text).substr(at, 50'000)));
  });
  while (all.size() < text.size()) {
    reader.wait(Milliseconds(1'000));
    must(reader.read(take));
  }
  CHECK(all == text);
  CHECK(reader.found());
}

TEST_CASE_METHOD(HistoryFixture, "a link in the place of a log is not read") {
  const auto log = store->log_file(id, "build");
  std::filesystem::create_directories(log.parent_path());
  std::filesystem::create_symlink("/etc/passwd", log);
  LogReader reader(log);
  CHECK(error_of(reader.read([](std::string_view) { return Result<void>{}; })).fault ==
        Fault::infrastructure);
}

TEST_CASE("the history is found from where the call is made") {
  pipectl::test::TempFolder folder;
  must(RunStore::open(folder / "project/.pipectl"));
  std::filesystem::create_directories(folder / "project/sub/deep");
  const auto history = [&](Invocation invocation, HistoryOptions options = {}) {
    return open_history(options, invocation);
  };
  CHECK(must(history({{}, folder / "project/sub/deep", 0})) != nullptr);
  CHECK(must(history({{}, folder.path(), 0})) == nullptr);
  CHECK(must(history({{{"PIPECTL_STATE_DIR", "project/.pipectl"}}, folder.path(), 0})) != nullptr);
  CHECK(error_of(history({{}, folder.path(), 0}, {"absent.yaml", false})).fault == Fault::usage);
  CHECK(error_of(need_history({}, {{}, folder.path(), 0})).fault == Fault::usage);
}
