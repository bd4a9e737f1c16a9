#include "core/store/run_store.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "core/store/names.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

RunRequest full_request() {
  RunRequest request = request_of({"lint", "unit (18)", "deploy"});
  request.digest = "abc";
  request.workspace = "/project";
  request.environment = "staging";
  request.selection = R"({"only":["lint"]})";
  request.options = R"({"jobs":2})";
  request.params = {{"bytes", "\xff\xfe\n\"'"}, {"empty", ""}};
  request.variables = {{"A", "$(touch pwned)"}};
  request.git = {"sha", "short", "branch\n", "tag", "Ann <a@b>", "caf\xe9", "remote", true};
  request.event.kind = EventKind::pull_request;
  request.event.branch = "feature";
  request.event.target_branch = "main";
  request.event.number = 12;
  request.event.from_fork = true;
  request.event.ci = "github";
  request.needs = {{}, {0}, {0, 1}};
  return request;
}

}  // namespace

TEST_CASE("a state directory is private and hides itself from git") {
  StoreFixture fixture;
  CHECK(mode_of(fixture.state) == 0700U);
  CHECK(content(fixture.state / ".gitignore") == "*\n");
  CHECK(std::filesystem::is_directory(fixture.store->cache_dir()));
}

TEST_CASE("opening what exists makes nothing") {
  pipectl::test::TempFolder folder;
  CHECK(must(RunStore::open_existing(folder / "state")) == nullptr);
  CHECK_FALSE(std::filesystem::exists(folder / "state"));
  must(RunStore::open(folder / "state"));
  CHECK(must(RunStore::open_existing(folder / "state")) != nullptr);
}

TEST_CASE("a run comes back as it was asked for, every byte of it") {
  StoreFixture fixture;
  const RunRequest request = full_request();
  const RunRecord made = must(fixture.store->create(request, at_second(5)));
  CHECK(made.number == 1);
  CHECK(made.stages.size() == 3);
  CHECK(std::filesystem::is_directory(fixture.store->run_dir(made.id)));
  fixture.reopen();

  const RunRecord run = must(fixture.store->load(made.id));
  CHECK(run.id == made.id);
  CHECK(run.started == at_second(5));
  CHECK_FALSE(run.ended);
  CHECK_FALSE(run.exit_code);
  CHECK(run.request.pipeline == "demo");
  CHECK(run.request.digest == request.digest);
  CHECK(run.request.workspace == request.workspace);
  CHECK(run.request.environment == request.environment);
  CHECK(run.request.selection == request.selection);
  CHECK(run.request.options == request.options);
  CHECK(run.request.params == request.params);
  CHECK(run.request.variables == request.variables);
  CHECK(run.request.git.branch == request.git.branch);
  CHECK(run.request.git.message == request.git.message);
  CHECK(run.request.git.dirty);
  CHECK(run.request.event.kind == EventKind::pull_request);
  CHECK(run.request.event.number == 12);
  CHECK(run.request.event.from_fork);
  CHECK(run.request.stages == request.stages);
  CHECK(run.request.needs == request.needs);
  REQUIRE(run.stage("deploy") != nullptr);
  CHECK(run.stage("deploy")->needs == std::vector<std::string>{"lint", "unit (18)"});
  CHECK(run.stage("absent") == nullptr);
}

TEST_CASE("stages that are left out from the start have ended with the reason") {
  StoreFixture fixture;
  RunRequest request = request_of({"a", "b"});
  request.left_out = {{1, SkipCause::deselected, "not selected"}};
  const RunRecord made = must(fixture.store->create(request, at_second(3)));
  const RunRecord read = must(fixture.store->load(made.id));
  for (const RunRecord& run : {made, read}) {
    CHECK_FALSE(run.stages[0].outcome);
    REQUIRE(run.stages[1].outcome);
    CHECK(run.stages[1].outcome->status == Status::skipped);
    CHECK(run.stages[1].outcome->skip == SkipCause::deselected);
    CHECK(run.stages[1].outcome->reason == "not selected");
    CHECK(run.stages[1].outcome->attempts == 0);
    CHECK(run.stages[1].attempt == 0);
    CHECK(run.stages[1].ended == at_second(3));
  }
}

TEST_CASE("what a checkout found out takes the place of what was known before") {
  StoreFixture fixture;
  RunRequest request = request_of({"a"});
  request.git.branch = "main";
  request.git.tag = "v1";
  request.git.dirty = true;
  const auto run = must(fixture.store->create(request, at_second(0)));
  GitInfo git;
  git.sha = "0123456789abcdef";
  git.branch = "release\n\xff";
  must(fixture.store->set_git(run.id, git).map([] { return 0; }));
  const GitInfo read = must(fixture.store->load(run.id)).request.git;
  CHECK(read.sha == git.sha);
  CHECK(read.branch == git.branch);
  CHECK(read.tag.empty());
  CHECK_FALSE(read.dirty);
  CHECK(error_of(fixture.store->set_git("20200101-000000-0000", git).map([] {
          return 0;
        })).message.find("removed") != std::string::npos);
}

TEST_CASE("runs are found by id, prefix, number and as the latest") {
  StoreFixture fixture;
  const auto first = must(fixture.store->create(request_of({"a"}), at_second(0)));
  const auto second = must(fixture.store->create(request_of({"a"}), at_second(100'000)));
  CHECK(must(fixture.store->load("latest")).id == second.id);
  CHECK(must(fixture.store->load("1")).id == first.id);
  CHECK(must(fixture.store->load("#2")).id == second.id);
  CHECK(must(fixture.store->load(first.id.substr(0, 12))).id == first.id);
  CHECK(must(fixture.store->load(second.id)).id == second.id);

  const Error ambiguous = error_of(fixture.store->load("2026"));
  CHECK(ambiguous.fault == Fault::usage);
  CHECK(ambiguous.message.find(first.id) != std::string::npos);
  CHECK(error_of(fixture.store->load("99")).fault == Fault::usage);
  CHECK(error_of(fixture.store->load("")).fault == Fault::usage);
  CHECK(error_of(fixture.store->load("x' OR 1=1")).fault == Fault::usage);
}

TEST_CASE("the latest run of a pipeline file is not that of another") {
  StoreFixture fixture;
  const auto mine = must(fixture.store->create(request_of({"a"}), at_second(0)));
  RunRequest other = request_of({"a"});
  other.file = "/project/other.yaml";
  must(fixture.store->create(other, at_second(1)));
  const auto latest = must(fixture.store->latest("/project/pipeline.yaml"));
  REQUIRE(latest);
  CHECK(latest->id == mine.id);
  CHECK_FALSE(must(fixture.store->latest("/none.yaml")));
}

TEST_CASE("lists come newest first, without stages, and never more than asked") {
  StoreFixture fixture;
  for (int i = 0; i < 5; ++i) must(fixture.store->create(request_of({"a"}), at_second(i)));
  const auto runs = must(fixture.store->list(3));
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].number == 5);
  CHECK(runs[2].number == 3);
  CHECK(runs[0].stages.empty());
  CHECK(must(fixture.store->list(static_cast<std::size_t>(-1))).size() == 5);
}

TEST_CASE("ids sort as the runs were made, also when the clock goes back") {
  StoreFixture fixture;
  std::vector<std::string> ids;
  for (const long second : {100L, 100L, 100L, 40L, -3'000L, 101L})
    ids.push_back(must(fixture.store->create(request_of({"a"}), at_second(second))).id);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  CHECK(must(fixture.store->load("latest")).id == ids.back());
}

TEST_CASE("numbers are not given twice, also after a removal") {
  StoreFixture fixture;
  const auto run = must(fixture.store->create(request_of({"a"}), at_second(0)));
  must(fixture.store->remove(run.id));
  CHECK(must(fixture.store->create(request_of({"a"}), at_second(1))).number == 2);
}

TEST_CASE("run ids") {
  CHECK(next_run_id(at_second(0), "", 0x3f9a).ends_with("-3f9a"));
  CHECK(is_run_id(next_run_id(at_second(0), "", 0x13f9a)));
  // The digits are used up: the next second goes on.
  const std::string last = next_run_id(at_second(0), "", 0xffff);
  CHECK(next_run_id(at_second(0), last, 0xffff) > last);
  // A clock that was years ahead is not believed for ever.
  CHECK(next_run_id(at_second(0), "20990101-000000-0000", 1) < "2099");
  for (const auto* bad : {"", "latest", "../../etc/passwd0000", "20261120-155201-3F9A",
                          "20261120-155201-3f9a0", "20261120/155201-3f9a"})
    CHECK_FALSE(is_run_id(bad));
}

TEST_CASE("file names of stages are safe, readable and never shared") {
  CHECK(file_name_of("unit-tests_2") == "unit-tests_2");
  const std::string matrix = file_name_of("unit (18, linux)");
  CHECK(matrix.starts_with("unit_18_linux."));
  CHECK(matrix == file_name_of("unit (18, linux)"));
  CHECK(matrix != file_name_of("unit (18,linux)"));
  for (const std::string& odd :
       {std::string("../../x"), std::string(".."), std::string(""), std::string(4'000, 'a'),
        std::string("a\0b", 3), std::string("a/\n\xff")}) {
    const std::string name = file_name_of(odd);
    CHECK(name.find('/') == std::string::npos);
    CHECK(name.find('\0') == std::string::npos);
    CHECK(name != ".");
    CHECK(name != "..");
    CHECK((!name.empty() && name.size() < 120));
  }
}
