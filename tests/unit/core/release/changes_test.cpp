#include "core/release/changes.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl::release;

namespace {

const std::string a(40, 'a');
const std::string b(40, 'b');
const std::string c(40, 'c');

std::string reverting(const std::string& sha) {
  return "Revert \"feat: x\"\n\nThis reverts commit " + sha + ".\n";
}

std::vector<std::string> shas(const std::vector<Change>& changes) {
  std::vector<std::string> list;
  for (const auto& change : changes) list.push_back(change.sha);
  return list;
}

}  // namespace

TEST_CASE("what is reverted counts for nothing, nor does what reverts it") {
  CHECK(shas(without_reverted({{b, reverting(a)}, {a, "feat: x"}})).empty());
  CHECK(shas(without_reverted({{c, "fix: y"}, {b, reverting(a)}, {a, "feat: x"}})) ==
        std::vector{c});
  // The commit was in an earlier release: taking it back is a change of its own.
  CHECK(shas(without_reverted({{b, "revert: x\n\nThis reverts commit " + a + "."}})) ==
        std::vector{b});
}

TEST_CASE("a revert that is itself reverted leaves the commit") {
  const auto left = without_reverted({{c, reverting(b)}, {b, reverting(a)}, {a, "feat: x"}});
  CHECK(shas(left) == std::vector{a});
}

TEST_CASE("commits become entries of Keep a Changelog, what breaks first") {
  const auto text = render_sections(sections_of({
      {a, "fix: a hole"},
      {b, "docs: nothing to tell"},
      {c, "feat(api): a door"},
      {a, "feat!: new walls\n\nBREAKING CHANGE: old doors\ndo not fit"},
      {b, "perf: faster"},
      {c, "fix(security): a lock"},
  }));
  CHECK(text ==
        "### Added\n\n"
        "- **Breaking:** new walls. old doors do not fit (aaaaaaa)\n"
        "- **api:** a door (ccccccc)\n\n"
        "### Changed\n\n- faster (bbbbbbb)\n\n"
        "### Fixed\n\n- a hole (aaaaaaa)\n\n"
        "### Security\n\n- **security:** a lock (ccccccc)\n");
  CHECK(render_sections({}).empty());
}

TEST_CASE("a Release-As that cannot be read is told") {
  CHECK(unreadable_release_as({{a, "chore: x\n\nRelease-As: 2.0.0"}}).empty());
  CHECK(unreadable_release_as({{a, "chore: no footer at all"}}).empty());
  const auto two = unreadable_release_as({{a, "chore: x\n\nRelease-As: two"}});
  REQUIRE(two.size() == 1);
  CHECK(two[0].find("aaaaaaa") != std::string::npos);
  CHECK(two[0].find("'Release-As: two'") != std::string::npos);
  CHECK(unreadable_release_as({{a, "chore: x\nrelease-as: 2.0.0\nmore prose"}}).size() == 1);
}

TEST_CASE("a BREAKING CHANGE that is no footer is told") {
  CHECK(unread_breaking({{a, "fix: x\n\nBREAKING CHANGE: y"}, {b, "fix!: x\nBREAKING CHANGE: y"}})
            .empty());
  CHECK(unread_breaking({{a, "fix: x\n\n- BREAKING CHANGE: y"}, {b, "Words\nBREAKING CHANGE: y"}})
            .empty());
  const auto two = unread_breaking(
      {{a, "fix: x\nBREAKING CHANGE: y"}, {c, "docs: x\n\nNo\nBREAKING-CHANGE: y\r\n"}});
  REQUIRE(two.size() == 2);
  CHECK(two[0].find("commit aaaaaaa: 'BREAKING CHANGE:' does not count") == 0);
}
