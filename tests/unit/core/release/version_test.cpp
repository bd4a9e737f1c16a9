#include "core/release/version.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl::release;

TEST_CASE("a semantic version is read and written as it was") {
  for (const auto* text : {"0.0.0", "1.2.3", "10.20.30-rc.1", "1.0.0-0A.is.legal", "1.0.0--",
                           "1.0.0+21AF26D3---117B344092BD", "1.2.3-beta+exp.sha.5114f85"}) {
    INFO(text);
    const auto version = parse_version(text);
    REQUIRE(version);
    CHECK(version->text() == text);
  }
}

TEST_CASE("what is no semantic version is none") {
  for (const auto* text :
       {"", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3-01", "1.2.3+",
        "1.2.3+a+b", "1.2.3-\xC3\xA9", "-1.2.3", " 1.2.3", "99999999999999999999.0.0"}) {
    INFO(text);
    CHECK_FALSE(parse_version(text));
  }
}

TEST_CASE("versions are ordered by the precedence the standard lists") {
  const char* ordered[] = {"1.0.0-1",     "1.0.0-9",       "1.0.0-10",
                           "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                           "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                           "1.0.0-rc.1",  "1.0.0",         "1.0.1",
                           "1.1.0",       "2.0.0"};
  for (std::size_t i = 1; i < std::size(ordered); ++i) {
    INFO(ordered[i - 1] << " < " << ordered[i]);
    CHECK(*parse_version(ordered[i - 1]) < *parse_version(ordered[i]));
  }
  CHECK(*parse_version("1.0.0-99999999999999999999") > *parse_version("1.0.0-2"));
  CHECK(*parse_version("1.0.0+a") == *parse_version("1.0.0+b"));
}

TEST_CASE("a bump resets what is smaller") {
  const auto last = *parse_version("1.2.3");
  CHECK(bumped(last, Bump::none).text() == "1.2.3");
  CHECK(bumped(last, Bump::patch).text() == "1.2.4");
  CHECK(bumped(last, Bump::minor).text() == "1.3.0");
  CHECK(bumped(last, Bump::major).text() == "2.0.0");
}

TEST_CASE("a pre-release counts on from those of its version and channel") {
  const auto target = *parse_version("1.3.0");
  CHECK(next_prerelease(target, "rc", {}).text() == "1.3.0-rc.1");
  std::vector<Version> existing;
  for (const auto* text : {"1.3.0-rc.9", "1.3.0-rc.10", "1.3.0-beta.40", "1.2.0-rc.77", "1.3.0-rc"})
    existing.push_back(*parse_version(text));
  CHECK(next_prerelease(target, "rc", existing).text() == "1.3.0-rc.11");
}
