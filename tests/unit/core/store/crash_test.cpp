// kill -9 at random moments: what was confirmed is there, and at most one step more.

#include <random>

#include "tests/unit/core/store/child.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

constexpr int stage_count = 40;

std::string stage_name(int index) { return "stage" + std::to_string(index); }

std::vector<Transition> script() {
  std::vector<Transition> all;
  for (int i = 0; i < stage_count; ++i) {
    all.emplace_back(transition::StageStarted{stage_name(i), 1, ""});
    all.emplace_back(transition::ProcessSpawned{stage_name(i), {100 + i, 7}});
    if (i % 7 == 0) all.emplace_back(transition::StageNote{stage_name(i), "key", "value"});
    Outcome outcome = ended_as(Status::succeeded);
    if (i % 3 == 0) outcome.outputs = {{"k", "v"}};
    all.emplace_back(transition::StageEnded{stage_name(i), outcome});
  }
  all.emplace_back(transition::RunEnded{0});
  return all;
}

/// Appends the script one by one and says a byte after each confirmed append.
void append_script(const std::filesystem::path& state, const std::string& run, int fd) {
  auto store = RunStore::open(state);
  if (!store) return;
  const auto journal = (*store)->journal(run);
  for (const Transition& transition : script()) {
    if (!journal->append({&transition, 1}, at_second(1))) return;
    say(fd, "+");
  }
}

/// How many transitions of the script the record reflects.
std::size_t steps_in(const RunRecord& run) {
  std::size_t steps = 0;
  for (int i = 0; i < stage_count; ++i) {
    const StageRecord& stage = run.stages[static_cast<std::size_t>(i)];
    steps += stage.attempt == 1 ? 1 : 0;
    steps += stage.process ? 1 : 0;
    steps += stage.notes.size();
    steps += stage.outcome ? 1 : 0;
    if (stage.outcome) CHECK(stage.outcome->outputs.size() == (i % 3 == 0 ? 1U : 0U));
    CHECK(stage.outcome.has_value() == stage.ended.has_value());
  }
  return steps + (run.exit_code ? 1 : 0);
}

}  // namespace

TEST_CASE("kill -9 at any append loses nothing that was confirmed") {
  StoreFixture fixture;
  std::mt19937 random(20'261'120);
  std::vector<std::string> stages;
  for (int i = 0; i < stage_count; ++i) stages.push_back(stage_name(i));
  const std::size_t all = script().size();
  for (int round = 0; round < 25; ++round) {
    const auto run = must(fixture.store->create(request_of(stages), at_second(round)));
    fixture.store.reset();
    const std::size_t confirmed = random() % (all + 1);
    Child child([&](int fd) { append_script(fixture.state, run.id, fd); });
    for (std::size_t i = 0; i < confirmed; ++i) REQUIRE(child.next());
    child.kill();
    const std::size_t unread = child.rest().size();
    fixture.store = must(RunStore::open(fixture.state));
    const std::size_t stored = steps_in(must(fixture.store->load(run.id)));
    CHECK(stored >= confirmed + unread);
    CHECK(stored <= confirmed + unread + 1);
  }
}

TEST_CASE("first starts that die leave a directory that opens") {
  std::mt19937 random(7);
  for (int round = 0; round < 15; ++round) {
    pipectl::test::TempFolder folder;
    {
      const Child child([&](int fd) {
        say(fd, "+");
        static_cast<void>(RunStore::open(folder / "state"));
      });
      REQUIRE(child.next());
      // Not a wait for something: any moment is as good as another.
      for (auto spin = random() % 2'000'000; spin > 0; --spin) asm volatile("");
    }
    CHECK(must(RunStore::open(folder / "state"))->list(1).has_value());
  }
}

TEST_CASE("many first starts at once make one store") {
  pipectl::test::TempFolder folder;
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 6; ++i)
    children.push_back(std::make_unique<Child>([&](int fd) {
      auto store = RunStore::open(folder / "state");
      if (!store) return say(fd, store.error().message);
      const auto run = (*store)->create(request_of({"a"}), at_second(0));
      if (!run) say(fd, run.error().message);
    }));
  for (const auto& child : children) CHECK(child->rest().empty());
  CHECK(must(must(RunStore::open(folder / "state"))->list(10)).size() == 6);
}
