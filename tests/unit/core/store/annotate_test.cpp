// What stages learn from outside of their run: the answer that they wait for.
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

/// A run that has ended because a stage waits.
std::string waiting_run(StoreFixture& fixture, WallTime at) {
  const auto record = must(fixture.store->create(request_of({"build", "gate"}), at));
  Outcome waits;
  waits.status = Status::waiting;
  const auto journal = fixture.store->journal(record.id);
  const std::vector<Transition> transitions{transition::StageNote{"gate", "asked", "1"},
                                            transition::StageEnded{"gate", waits},
                                            transition::RunEnded{4}};
  REQUIRE(journal->append(transitions, at));
  return record.id;
}

}  // namespace

TEST_CASE("a note from outside is there, and the run has still ended") {
  StoreFixture fixture;
  const auto id = waiting_run(fixture, at_second(0));
  REQUIRE(fixture.store->annotate(id, {{"gate", "decision", "approved"}, {"gate", "by", "ann\n"}}));
  REQUIRE(fixture.store->annotate(id, {{"gate", "by", "bob"}}));
  const auto run = must(fixture.store->load(id));
  CHECK(run.exit_code == 4);
  CHECK(run.stage("gate")->notes == std::map<std::string, std::string>{
                                        {"asked", "1"}, {"by", "bob"}, {"decision", "approved"}});
  CHECK(run.stage("gate")->outcome->status == Status::waiting);
  CHECK(run.stage("build")->notes.empty());
}

TEST_CASE("notes for what is not there are refused, all of them") {
  StoreFixture fixture;
  const auto id = waiting_run(fixture, at_second(0));
  CHECK(error_of(fixture.store->annotate("20990101-000000-0000", {{"gate", "a", "b"}})).fault ==
        Fault::usage);
  CHECK(error_of(fixture.store->annotate(id, {{"build", "a", "b"}, {"none", "a", "b"}})).fault ==
        Fault::usage);
  CHECK(must(fixture.store->load(id)).stage("build")->notes.empty());
}

TEST_CASE("a run that waits is kept over the number of runs, until it is too old") {
  StoreFixture fixture;
  const auto waiting = waiting_run(fixture, at_second(0));
  const auto other = must(fixture.store->create(request_of({"a"}), at_second(1)));
  REQUIRE(fixture.store->journal(other.id)->append(std::vector<Transition>{transition::RunEnded{0}},
                                                   at_second(1)));
  Limits limits;
  limits.runs = 1;
  limits.age = std::chrono::hours{48};
  CHECK(must(fixture.store->prune(limits, at_second(47 * 3600))).runs == 0);
  CHECK(must(fixture.store->prune(limits, at_second(49 * 3600))).runs == 2);
  CHECK(error_of(fixture.store->load(waiting)).fault == Fault::usage);
}
