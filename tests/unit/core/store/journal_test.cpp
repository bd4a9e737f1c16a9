#include "core/store/journal.hpp"

#include <array>

#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

struct JournalFixture : StoreFixture {
  RunRecord run = must(store->create(request_of({"build", "unit (18)"}), at_second(0)));
  std::unique_ptr<Journal> journal = store->journal(run.id);

  void put(const Transition& transition, long second = 1) const {
    must(journal->append({&transition, 1}, at_second(second)));
  }
  [[nodiscard]] StageRecord stage(const std::string& name) const {
    const RunRecord record = must(store->load(run.id));
    const StageRecord* found = record.stage(name);
    REQUIRE(found != nullptr);
    return *found;
  }
};

Outcome whole_outcome() {
  Outcome outcome;
  outcome.status = Status::failed;
  outcome.skip = SkipCause::upstream;
  outcome.reason = "exit code 7 \xff";
  outcome.hint = "look";
  outcome.summary = "142 tests";
  outcome.exit_code = 7;
  outcome.undo_failed = true;
  outcome.attempts = 3;
  outcome.duration = Milliseconds(12'400);
  outcome.outputs = {{"image", "app:1"}, {"odd", std::string("\xff\0\n", 3)}};
  return outcome;
}

}  // namespace

TEST_CASE_METHOD(JournalFixture, "a stage's record follows it at every step") {
  CHECK(stage("build").attempt == 0);
  CHECK_FALSE(stage("build").started);

  put(transition::StageStarted{"build", 1, "changed: src/a.c"}, 2);
  CHECK(stage("build").attempt == 1);
  CHECK(stage("build").why == "changed: src/a.c");
  CHECK(stage("build").started == at_second(2));
  CHECK_FALSE(stage("build").process);

  put(transition::ProcessSpawned{"build", {4711, 0xffff'ffff'ffffULL}});
  REQUIRE(stage("build").process);
  CHECK(stage("build").process->pid == 4711);
  CHECK(stage("build").process->start_ticks == 0xffff'ffff'ffffULL);
  CHECK_FALSE(stage("build").outcome);

  put(transition::StageEnded{"build", ended_as(Status::succeeded)}, 9);
  REQUIRE(stage("build").outcome);
  CHECK(stage("build").outcome->status == Status::succeeded);
  CHECK(stage("build").ended == at_second(9));
  CHECK(stage("unit (18)").attempt == 0);
}

TEST_CASE_METHOD(JournalFixture, "why a stage runs may come later, and stays for its retries") {
  put(transition::StageStarted{"build", 1, ""});
  put(transition::StageReason{"build", "changed: src/a.c"});
  CHECK(stage("build").why == "changed: src/a.c");
  put(transition::StageStarted{"build", 2, ""});
  CHECK(stage("build").why == "changed: src/a.c");
  put(transition::StageStarted{"build", 1, ""});
  CHECK(stage("build").why.empty());
}

TEST_CASE_METHOD(JournalFixture, "an outcome comes back whole") {
  const Outcome outcome = whole_outcome();
  put(transition::StageEnded{"build", outcome});
  reopen();
  const auto read = stage("build").outcome;
  REQUIRE(read);
  CHECK(read->status == outcome.status);
  CHECK(read->skip == outcome.skip);
  CHECK(read->reason == outcome.reason);
  CHECK(read->hint == outcome.hint);
  CHECK(read->summary == outcome.summary);
  CHECK(read->exit_code == outcome.exit_code);
  CHECK(read->undo_failed == outcome.undo_failed);
  CHECK(read->attempts == outcome.attempts);
  CHECK(read->duration == outcome.duration);
  CHECK(read->outputs == outcome.outputs);
}

TEST_CASE_METHOD(JournalFixture, "every status and every cause of a skip is kept") {
  for (int status = 0; status <= static_cast<int>(Status::bug); ++status)
    for (int cause = 0; cause <= static_cast<int>(SkipCause::stopped); ++cause) {
      Outcome outcome = ended_as(static_cast<Status>(status));
      outcome.skip = static_cast<SkipCause>(cause);
      put(transition::StageEnded{"build", outcome});
      const auto read = stage("build").outcome;
      REQUIRE(read);
      CHECK(read->status == outcome.status);
      CHECK(read->skip == outcome.skip);
    }
}

TEST_CASE_METHOD(JournalFixture, "a group is stored whole or not at all") {
  const std::array<Transition, 2> good{transition::StageEnded{"build", ended_as(Status::succeeded)},
                                       transition::StageStarted{"unit (18)", 1, ""}};
  must(journal->append(good, at_second(1)));
  CHECK(stage("unit (18)").attempt == 1);

  const std::array<Transition, 2> bad{transition::StageStarted{"unit (18)", 2, ""},
                                      transition::StageStarted{"nobody", 1, ""}};
  const Error error = error_of(journal->append(bad, at_second(2)));
  CHECK(error.fault == Fault::bug);
  CHECK(error.message.find("nobody") != std::string::npos);
  CHECK(stage("unit (18)").attempt == 1);
  put(transition::StageStarted{"unit (18)", 2, ""});
  CHECK(stage("unit (18)").attempt == 2);
}

TEST_CASE_METHOD(JournalFixture, "notes are kept, replaced by key, and outlive an end") {
  put(transition::StageNote{"build", "previous", "app:1"});
  put(transition::StageNote{"build", "previous", "app:2"});
  put(transition::StageNote{"build", "step", "shift"});
  put(transition::StageEnded{"build", ended_as(Status::failed)});
  put(transition::StageStarted{"build", 1, ""});
  reopen();
  CHECK(stage("build").notes ==
        std::map<std::string, std::string>{{"previous", "app:2"}, {"step", "shift"}});
}

TEST_CASE_METHOD(JournalFixture, "a resumed run is unfinished again and forgets old outcomes") {
  put(transition::StageEnded{"build", whole_outcome()}, 2);
  put(transition::RunEnded{1}, 3);
  CHECK(must(store->load(run.id)).exit_code == 1);
  CHECK(must(store->load(run.id)).ended == at_second(3));

  journal = store->journal(run.id);
  put(transition::StageStarted{"build", 1, ""}, 10);
  CHECK_FALSE(must(store->load(run.id)).exit_code);
  CHECK_FALSE(stage("build").outcome);
  CHECK_FALSE(stage("build").ended);

  put(transition::StageEnded{"build", ended_as(Status::succeeded)}, 11);
  put(transition::RunEnded{0}, 12);
  CHECK(stage("build").outcome->outputs.empty());
  CHECK(must(store->load(run.id)).exit_code == 0);
  CHECK(must(store->load(run.id)).started == at_second(0));
}

TEST_CASE_METHOD(JournalFixture, "a journal of a run that is gone says so") {
  put(transition::StageStarted{"build", 1, ""});
  must(store->remove(run.id));
  const Transition ended = transition::StageEnded{"build", ended_as(Status::succeeded)};
  CHECK(error_of(journal->append({&ended, 1}, at_second(1))).message.find("removed") !=
        std::string::npos);
  CHECK(error_of(append("20200101-000000-0000", ended)).fault == Fault::bug);
}

TEST_CASE("two processes write one store at once, as two connections do") {
  StoreFixture fixture;
  const auto other = must(RunStore::open(fixture.state));
  const auto a = must(fixture.store->create(request_of({"s"}), at_second(0)));
  const auto b = must(other->create(request_of({"s"}), at_second(0)));
  CHECK(a.id < b.id);
  const auto mine = fixture.store->journal(a.id);
  const auto theirs = other->journal(b.id);
  for (int attempt = 1; attempt <= 200; ++attempt) {
    const Transition started = transition::StageStarted{"s", attempt, ""};
    must(mine->append({&started, 1}, at_second(attempt)));
    must(theirs->append({&started, 1}, at_second(attempt)));
  }
  CHECK(must(other->load(a.id)).stages[0].attempt == 200);
  CHECK(must(fixture.store->load(b.id)).stages[0].attempt == 200);
}
