#include "core/base/glob.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "core/base/text.hpp"

using namespace pipectl;

TEST_CASE("what nothing closes is named", "[glob]") {
  for (const auto* whole :
       {"", "a", "[a]", "[]]", "{a,b}", "{a,{b,c}}", "\\[", "\\{", "[{]", "a}", "]"})
    CHECK(Glob::unclosed(whole) == '\0');
  for (const auto* set : {"[", "a[b", "[]", "[!]", "[a\\]"}) CHECK(Glob::unclosed(set) == '[');
  for (const auto* brace : {"{", "{a", "{a,{b}", "{[}]"}) CHECK(Glob::unclosed(brace) == '{');
}

TEST_CASE("one star stays within a folder", "[glob]") {
  CHECK(glob_match("*", "main"));
  CHECK(glob_match("*", ""));
  CHECK_FALSE(glob_match("*", "release/1"));
  CHECK(glob_match("release/*", "release/1.2"));
  CHECK(glob_match("release/*", "release/"));
  CHECK_FALSE(glob_match("release/*", "release/1/2"));
  CHECK(glob_match("*.tar.*", ".tar.gz"));
  CHECK_FALSE(glob_match("main", "main2"));
  CHECK_FALSE(glob_match("main", "mai"));
}

TEST_CASE("two stars cross folders", "[glob]") {
  CHECK(glob_match("**", "a/b/c"));
  CHECK(glob_match("**", ""));
  CHECK(glob_match("src/**", "src/a/b.c"));
  CHECK_FALSE(glob_match("src/**", "src"));
  CHECK(glob_match("src/**/*.c", "src/x.c"));
  CHECK(glob_match("src/**/*.c", "src/a/b/x.c"));
  CHECK_FALSE(glob_match("src/**/x.c", "src/ax.c"));
  CHECK(glob_match("**/x", "x"));
  CHECK(glob_match("**/x", "a/b/x"));
  CHECK_FALSE(glob_match("**/x", "ax"));
  CHECK(glob_match("a**c", "a/b/c"));
  CHECK(glob_match("a/**/**/b", "a/b"));
  CHECK(glob_match("feature/**-x", "feature/a/b-x"));
}

TEST_CASE("a question mark is one character, not one byte", "[glob]") {
  CHECK(glob_match("v?", "v1"));
  CHECK(glob_match("v?", "vü"));
  CHECK(glob_match("v?", "v\xff"));
  CHECK_FALSE(glob_match("v?", "v"));
  CHECK_FALSE(glob_match("v?", "v/"));
  CHECK_FALSE(glob_match("v?", "v12"));
}

TEST_CASE("sets", "[glob]") {
  CHECK(glob_match("v[0-9]", "v7"));
  CHECK_FALSE(glob_match("v[0-9]", "vx"));
  CHECK(glob_match("v[!0-9]", "vx"));
  CHECK(glob_match("v[^0-9]", "vx"));
  CHECK_FALSE(glob_match("v[!0-9]", "v5"));
  CHECK_FALSE(glob_match("v[!0-9]", "v/"));
  CHECK_FALSE(glob_match("v[+-0]", "v/"));
  CHECK(glob_match("[]a]", "]"));
  CHECK(glob_match("[!]a]", "b"));
  CHECK_FALSE(glob_match("[!]a]", "]"));
  CHECK(glob_match("[a-]", "-"));
  CHECK(glob_match("[\\]]", "]"));
  CHECK(glob_match("[ä-ü]", "ö"));
  CHECK(glob_match("[{]x,y}", "{x,y}"));
}

TEST_CASE("alternatives nest and may be empty", "[glob]") {
  CHECK(glob_match("{main,dev}", "main"));
  CHECK(glob_match("{main,dev}", "dev"));
  CHECK_FALSE(glob_match("{main,dev}", "maindev"));
  CHECK(glob_match("a{,b}c", "ac"));
  CHECK(glob_match("a{,b}c", "abc"));
  CHECK(glob_match("{a,b{c,d}e}f", "bdef"));
  CHECK_FALSE(glob_match("{a,b{c,d}e}f", "bcf"));
  CHECK(glob_match("{*.c,*.h}", "x.h"));
  CHECK(glob_match("{a}", "a"));
  CHECK(glob_match("{}", ""));
}

TEST_CASE("what is not closed stands for itself", "[glob]") {
  CHECK(glob_match("a[b", "a[b"));
  CHECK(glob_match("a[]", "a[]"));
  CHECK(glob_match("a{b,c", "a{b,c"));
  CHECK(glob_match("a}b,c", "a}b,c"));
  CHECK(glob_match("{a{b,c}", "{ac"));
  CHECK(glob_match("a\\", "a\\"));
}

TEST_CASE("a backslash takes the meaning away", "[glob]") {
  CHECK(glob_match("\\*", "*"));
  CHECK_FALSE(glob_match("\\*", "a"));
  CHECK(glob_match("\\{a,b\\}", "{a,b}"));
  CHECK(glob_match("{a\\,b,c}", "a,b"));
  CHECK(glob_match("\\[x]", "[x]"));
}

TEST_CASE("hostile patterns take no exponential time", "[glob]") {
  std::string stars;
  std::string alternatives;
  for (int i = 0; i < 200; ++i) {
    stars += "*a";
    alternatives += "{a,a,*}";
  }
  CHECK_FALSE(glob_match(stars + "b", std::string(2'000, 'a')));
  CHECK_FALSE(glob_match(alternatives + "b", std::string(1'000, 'a')));
  CHECK_FALSE(glob_match(std::string(100'000, '['), "x"));
  CHECK_FALSE(glob_match(std::string(100'000, '{'), "x"));
  CHECK(glob_match(std::string(10'000, '{') + std::string(10'000, '}'), ""));
}

namespace {

/// The definition, for patterns without sets and alternatives.
bool matches_by_definition(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  const auto rest = pattern.substr(1);
  if (pattern.front() == '?')
    return !path.empty() && path.front() != '/' && matches_by_definition(rest, path.substr(1));
  if (pattern.front() != '*')
    return !path.empty() && path.front() == pattern.front() &&
           matches_by_definition(rest, path.substr(1));
  for (std::size_t n = 0; n <= path.size(); ++n) {
    if (n > 0 && path[n - 1] == '/') break;
    if (matches_by_definition(rest, path.substr(n))) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("short patterns agree with the definition", "[glob]") {
  std::mt19937 random(7);  // NOLINT: the same patterns every time
  const auto text = [&](std::string_view alphabet, std::size_t longest) {
    std::string out(random() % (longest + 1), ' ');
    for (char& c : out) c = alphabet[random() % alphabet.size()];
    return out;
  };
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string pattern = text("ab/*?", 7);
    while (pattern.find("**") != std::string::npos) pattern.erase(pattern.find("**"), 1);
    const std::string path = text("ab/", 6);
    INFO(pattern << " over " << path);
    const bool expected = matches_by_definition(pattern, path);
    matched += expected ? 1 : 0;
    REQUIRE(glob_match(pattern, path) == expected);
  }
  CHECK(matched > 500);
}
