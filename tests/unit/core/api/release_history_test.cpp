#include "core/api/release_history.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>

using namespace pipectl;

namespace {

struct Release {
  std::string run;
  bool left{false};
};

struct Record {
  std::optional<Release> running;
  std::vector<Release> history;
};

const auto same = [](const Release& one, const Release& other) { return one.run == other.run; };

/// The running one, then the others; those that were left in brackets.
std::string shown(const Record& record) {
  std::string text = record.running ? record.running->run : "nothing";
  for (const Release& one : record.history) text += one.left ? " (" + one.run + ")" : " " + one.run;
  return text;
}

void go_before(Record& record) {
  const Release* before = release_before(record.history);
  REQUIRE(before != nullptr);
  note_way_back(record, *before, WayBack::before, same);
}

}  // namespace

TEST_CASE("going back twice leads back two releases") {
  Record record{Release{"3"}, {Release{"2"}, Release{"1"}}};
  go_before(record);
  CHECK(shown(record) == "2 (3) 1");
  go_before(record);
  CHECK(shown(record) == "1 (2) (3)");
  CHECK(release_before(record.history) == nullptr);
  CHECK(hint_of_no_release(record.history) ==
        "deploy an older commit instead; `--to` leads to what a rollback left: 2, 3");
}

TEST_CASE("a release that was left runs again when its run is named") {
  Record record{Release{"2"}, {Release{"3", true}, Release{"1"}}};
  note_way_back(record, Release{record.history.front()}, WayBack::named, same);
  CHECK(shown(record) == "3 2 1");
  go_before(record);
  CHECK(shown(record) == "2 (3) 1");
}

TEST_CASE("what an unfinished deploy was to replace is no release that was left") {
  Record record{Release{"2"}, {Release{"1"}}};
  note_way_back(record, Release{*record.running}, WayBack::before, same);
  CHECK(shown(record) == "2 1");
}

TEST_CASE("where nothing is recorded as running") {
  Record record{std::nullopt, {Release{"1"}}};
  go_before(record);
  CHECK(shown(record) == "1");
  CHECK(hint_of_no_release(record.history) == "deploy an older commit instead");
}
