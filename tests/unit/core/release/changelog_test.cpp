#include "core/release/changelog.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl::release;

namespace {

ChangelogEntry entry() {
  return {
      "1.1.0", "2026-11-21", {{"Added", {"a door"}}, {"Fixed", {"a hole"}}}, "v1.1.0", "v1.0.0"};
}

}  // namespace

TEST_CASE("a change log begins with what the form asks for") {
  const auto text = with_release("", entry());
  CHECK(text.starts_with("# Changelog\n"));
  CHECK(text.find("\n## [Unreleased]\n\n## [1.1.0] - 2026-11-21\n\n### Added\n\n- a door\n\n"
                  "### Fixed\n\n- a hole\n") != std::string::npos);
  CHECK(text.ends_with("- a hole\n"));
}

TEST_CASE("a release stands above the one before, and twice is once") {
  const std::string before = "# Log\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- first\n";
  const auto text = with_release(before, entry());
  CHECK(text ==
        "# Log\n\n## [Unreleased]\n\n## [1.1.0] - 2026-11-21\n\n### Added\n\n- a door\n\n"
        "### Fixed\n\n- a hole\n\n## [1.0.0] - 2026-01-01\n\n- first\n");
  auto later = entry();
  later.date = "2026-11-22";
  CHECK(with_release(text, later) == text);
}

TEST_CASE("what people wrote under Unreleased moves into the release and stands first") {
  const std::string before =
      "# Log\n\n## [Unreleased]\n\n### Added\n\n- by hand\n\n### Removed\n\n- a wall\n\n"
      "## [1.0.0]\n\n- first\n";
  CHECK(
      with_release(before, entry()) ==
      "# Log\n\n## [Unreleased]\n\n## [1.1.0] - 2026-11-21\n\n### Added\n\n- by hand\n- a door\n\n"
      "### Removed\n\n- a wall\n\n### Fixed\n\n- a hole\n\n## [1.0.0]\n\n- first\n");
}

TEST_CASE("a log without Unreleased gets one; foreign text is left alone") {
  const std::string before = "# History\n\nSome words.\n\n## 1.0.0 (2026-01-01)\n\n- first\n";
  const auto text = with_release(before, entry());
  CHECK(
      text.starts_with("# History\n\nSome words.\n\n## [Unreleased]\n\n## [1.1.0] - 2026-11-21\n"));
  CHECK(text.ends_with("\n## 1.0.0 (2026-01-01)\n\n- first\n"));
  CHECK(section_of(text, "1.0.0") == "- first\n");
}

TEST_CASE("links compare the versions") {
  auto linked = entry();
  linked.compare_url = "https://example.com/o/r/compare/";
  linked.tag_url = "https://example.com/o/r/releases/tag/";
  const std::string before =
      "## [Unreleased]\n\n## [1.0.0]\n\n- first\n\n"
      "[Unreleased]: https://example.com/o/r/compare/v1.0.0...HEAD\n"
      "[1.0.0]: https://example.com/o/r/releases/tag/v1.0.0\n";
  const auto text = with_release(before, linked);
  CHECK(
      text.ends_with("\n\n[Unreleased]: https://example.com/o/r/compare/v1.1.0...HEAD\n"
                     "[1.1.0]: https://example.com/o/r/compare/v1.0.0...v1.1.0\n"
                     "[1.0.0]: https://example.com/o/r/releases/tag/v1.0.0\n"));
  CHECK(section_of(text, "1.0.0") == "- first\n");
  linked.previous_tag.clear();
  CHECK(with_release("", linked)
            .ends_with("\n\n[Unreleased]: https://example.com/o/r/compare/v1.1.0...HEAD\n"
                       "[1.1.0]: https://example.com/o/r/releases/tag/v1.1.0\n"));
}

TEST_CASE("line ends of another system stay") {
  const auto text = with_release("# Log\r\n\r\n## [Unreleased]\r\n", entry());
  CHECK(text.find("\r\n## [1.1.0] - 2026-11-21\r\n") != std::string::npos);
  CHECK(text.find("a door\r\n") != std::string::npos);
}

TEST_CASE("the section of a version") {
  const auto text = with_release("", entry());
  CHECK(section_of(text, "1.1.0") == "### Added\n\n- a door\n\n### Fixed\n\n- a hole\n");
  CHECK(section_of(text, "9.9.9").empty());
  CHECK(section_of("", "1.1.0").empty());
}
