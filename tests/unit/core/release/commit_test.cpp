#include "core/release/commit.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl::release;

TEST_CASE("a conventional commit has type, scope and description") {
  const auto commit =
      parse_commit("Feat(core/api): take a list\r\n\r\nBecause one is too few.\r\n");
  REQUIRE(commit);
  CHECK(commit->type == "feat");
  CHECK(commit->scope == "core/api");
  CHECK(commit->description == "take a list");
  CHECK_FALSE(commit->breaking);
  CHECK(commit->footers.empty());
}

TEST_CASE("what is no conventional commit is none") {
  for (const auto* text : {"", "\n\n", "Merge branch 'x'", "feat add", "feat:", "feat:add",
                           "feat: ", "feat(): x", "feat(a: x", ": x", "two words: x"}) {
    INFO(text);
    CHECK_FALSE(parse_commit(text));
  }
}

TEST_CASE("what git and GitHub write for a revert is one") {
  const auto by_git = parse_commit("Revert \"feat(api): x\"\n\nThis reverts commit 1234567.\n");
  REQUIRE(by_git);
  CHECK(by_git->type == "revert");
  CHECK(by_git->description == "feat(api): x");
  CHECK(bump_of(*by_git) == Bump::patch);
  CHECK(parse_commit("Revert \"feat: say \"x\"\" (#12)")->description == "feat: say \"x\" (#12)");
  CHECK(parse_commit("Reapply \"feat: x\"")->description == "Revert \"feat: x\"");
  CHECK(bump_of(*parse_commit("Revert \"feat: x\"\n\nBREAKING CHANGE: y")) == Bump::major);
  for (const auto* text : {"Revert x", "Revert \"x", "Revert \"\"", "Revert \"",
                           "Revert \"x\" and y", "revert \"x\"", "Reverts \"x\""}) {
    INFO(text);
    CHECK_FALSE(parse_commit(text));
  }
}

TEST_CASE("a commit moves the version by what it says") {
  CHECK(bump_of(*parse_commit("feat: x")) == Bump::minor);
  CHECK(bump_of(*parse_commit("fix: x")) == Bump::patch);
  CHECK(bump_of(*parse_commit("perf: x")) == Bump::patch);
  CHECK(bump_of(*parse_commit("revert: x")) == Bump::patch);
  CHECK(bump_of(*parse_commit("docs: x")) == Bump::none);
  CHECK(bump_of(*parse_commit("chore(deps)!: x")) == Bump::major);
  CHECK(bump_of(*parse_commit("fix: x\n\nBREAKING CHANGE: y")) == Bump::major);
  CHECK(bump_of(*parse_commit("fix: x\n\nBREAKING-CHANGE: y")) == Bump::major);
}

TEST_CASE("words about a breaking change are none where no footer can be") {
  CHECK(bump_of(*parse_commit("fix: x\n\nbreaking change: y")) == Bump::patch);
  CHECK(bump_of(*parse_commit("fix: x\n\nThis is no\nBREAKING CHANGE: y")) == Bump::patch);
}

TEST_CASE("footers go on over lines and end at the next one") {
  const auto commit =
      parse_commit("fix: x\n\nText.\n\nBREAKING CHANGE: one\ntwo\nRefs #12\nReviewed-by: Z");
  REQUIRE(commit);
  CHECK(commit->breaking_note == "one\ntwo");
  REQUIRE(commit->footers.size() == 3);
  CHECK(commit->footers[1] == std::pair<std::string, std::string>{"Refs", "#12"});
  CHECK(commit->footers[2].second == "Z");
}

TEST_CASE("Release-As is taken from any commit, and only where it is a version") {
  CHECK(forced_version("chore: x\n\nrelease-as: v2.0.0-rc.1")->text() == "2.0.0-rc.1");
  CHECK(forced_version("Merge it\n\nRelease-As: 3.0.0")->text() == "3.0.0");
  CHECK_FALSE(forced_version("chore: x\n\nRelease-As: next"));
  CHECK_FALSE(forced_version("chore: Release-As: 3.0.0"));
}

TEST_CASE("a first line of a megabyte is read") {
  const std::string text(1 << 20, 'x');
  CHECK(parse_commit("feat: " + text)->description == text);
  CHECK_FALSE(parse_commit(text));
}
