#include "cli/session/baselines.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/store/report_files.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using store::fixture::must;

namespace {

struct History : store::fixture::StoreFixture {
  /// A run of this branch; with `passed`, its stage did, and keeps a report.
  store::RunRecord run(const std::string& branch, bool passed) {
    auto request = store::fixture::request_of({"lint"});
    request.git.branch = branch;
    auto record = must(store->create(request, store::fixture::at_second(++second)));
    if (!passed) return record;
    REQUIRE(append(record.id, store::transition::StageEnded{
                                  "lint", store::fixture::ended_as(Status::succeeded)}));
    auto kept =
        must(store::ReportWriter::create(store::reports_dir(store->run_dir(record.id), "lint")));
    REQUIRE(kept.finish({}, {}));
    return record;
  }
  std::map<std::string, std::filesystem::path> found(const store::RunRecord& present) {
    return must(cli::find_baselines(*store, {"lint"}, present));
  }
  long second{0};
};

}  // namespace

TEST_CASE("a baseline is looked for among the newest 200 runs, the present one among them") {
  History history;
  const auto good = history.run("main", true);
  for (int other = 0; other < 198; ++other) history.run("work", false);
  const auto present = history.run("main", false);
  const auto found = history.found(present);
  REQUIRE(found.contains("lint"));
  CHECK(found.at("lint") == store::reports_dir(history.store->run_dir(good.id), "lint"));
  // One more, and it has fallen out.
  CHECK(history.found(history.run("main", false)).empty());
}
