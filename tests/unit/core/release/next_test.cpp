#include "core/release/next.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl::release;

namespace {

History history(std::vector<std::string> messages, const std::vector<std::string>& tags) {
  History made{std::move(messages), {}, {}};
  for (const auto& tag : tags) made.tagged.push_back(*parse_version(tag));
  return made;
}

std::string next(const History& of, const std::string& channel = {}) {
  const auto version = next_version(of, channel);
  REQUIRE(version);
  return *version ? (*version)->text() : "none";
}

}  // namespace

TEST_CASE("the largest change decides, from the last final version") {
  const std::vector<std::string> tags{"1.9.0", "1.10.0", "2.0.0-rc.1"};
  CHECK(next(history({"docs: a", "Merge b"}, tags)) == "none");
  CHECK(next(history({}, tags)) == "none");
  CHECK(next(history({"docs: a", "fix: b"}, tags)) == "1.10.1");
  CHECK(next(history({"fix: a", "feat: b", "fix: c"}, tags)) == "1.11.0");
  CHECK(next(history({"feat!: a", "fix: b"}, tags)) == "2.0.0");
}

TEST_CASE("the first release is 1.0.0, and needs a reason, too") {
  CHECK(next(history({"fix: a"}, {})) == "1.0.0");
  CHECK(next(history({"docs: a"}, {})) == "none");
}

TEST_CASE("a channel counts its pre-releases") {
  CHECK(next(history({"feat!: a"}, {"1.0.0", "2.0.0-rc.1"}), "rc") == "2.0.0-rc.2");
  CHECK(next(history({"fix: a"}, {"1.0.0"}), "beta") == "1.0.1-beta.1");
  CHECK(next(history({"docs: a"}, {"1.0.0"}), "rc") == "none");
}

TEST_CASE("the newest Release-As wins, and never goes back") {
  const std::string two = "chore: x\n\nRelease-As: 2.0.0";
  const std::string three = "chore: x\n\nRelease-As: 3.0.0";
  CHECK(next(history({two, three, "feat: a"}, {"1.0.0"})) == "2.0.0");
  const auto refused = next_version(history({two}, {"2.0.0"}), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "Release-As asks for 2.0.0, which does not come after 2.0.0");
}

TEST_CASE("a pre-release that Release-As asks for is given once, then its line goes on") {
  const std::string asked = "chore: x\n\nRelease-As: 3.0.0-rc.2";
  CHECK(next(history({asked}, {"1.2.0"}), "rc") == "3.0.0-rc.2");
  CHECK(next(history({asked}, {"1.2.0", "2.0.0-rc.7"}), "rc") == "3.0.0-rc.2");
  CHECK(next(history({asked}, {"1.2.0", "3.0.0-beta.9"}), "rc") == "3.0.0-rc.2");
  CHECK(next(history({"feat: y", asked}, {"1.2.0", "3.0.0-rc.2"}), "rc") == "3.0.0-rc.3");
  CHECK(next(history({"feat: y", asked}, {"1.2.0", "3.0.0-rc.5"}), "rc") == "3.0.0-rc.6");
  CHECK(next(history({asked}, {"1.2.0"})) == "3.0.0-rc.2");
  CHECK(next(history({"feat: y", asked}, {"1.2.0", "3.0.0-rc.2"})) == "3.0.0");
}

TEST_CASE("on the commit that has the tag of what Release-As asks for it is that very version") {
  const std::string asked = "chore: x\n\nRelease-As: 3.0.0-rc.2";
  History made = history({"chore(release): 3.0.0-rc.2", asked}, {"1.2.0", "3.0.0-rc.2"});
  made.here = {*parse_version("3.0.0-rc.2")};
  CHECK(next(made) == "3.0.0-rc.2");
  CHECK(next(made, "rc") == "3.0.0-rc.2");
  made.here = {*parse_version("3.0.0-rc.1")};
  CHECK(next(made) == "3.0.0");
}

TEST_CASE("why it is that version") {
  CHECK(why_next({"feat: a", "fix: b"}, "v1.2.0") == "minor, from 2 commits since v1.2.0");
  CHECK(why_next({"fix: b"}, "the beginning") == "patch, from 1 commit since the beginning");
  CHECK(why_next({"feat!: a", "docs: x\n\nRelease-As: 3.0.0"}, "v1") == "asked for by Release-As");
}

TEST_CASE("a stage of pre-releases makes no final version, whatever Release-As asks for") {
  const std::string asked = "chore: x\n\nRelease-As: 3.0.0";
  CHECK(next(history({asked}, {"1.2.0"}), "rc") == "3.0.0-rc.1");
  CHECK(next(history({"fix: y", asked}, {"1.2.0", "3.0.0-rc.1"}), "rc") == "3.0.0-rc.2");
  CHECK(next(history({"fix: y", asked}, {"1.2.0", "3.0.0-rc.2"})) == "3.0.0");
}
