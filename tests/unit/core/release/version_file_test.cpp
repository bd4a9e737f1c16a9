#include "core/release/version_file.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::release;

namespace {

Result<std::string> changed(const std::string& path, const std::string& text,
                            const std::string& version = "2.0.0") {
  return with_version(text, {path, rule_for(path)}, version);
}

}  // namespace

TEST_CASE("package.json: its own version, whatever else is called so") {
  const std::string text =
      "{\n  \"name\": \"x\",\n  \"engines\": {\"version\": \"1.0.0\"},\n"
      "\t\"version\" :  \"1.0.0\",\n  \"dependencies\": {\"y\": \"1.0.0\"}\n}";
  const auto result = changed("app/package.json", text);
  REQUIRE(result);
  CHECK(*result ==
        "{\n  \"name\": \"x\",\n  \"engines\": {\"version\": \"1.0.0\"},\n"
        "\t\"version\" :  \"2.0.0\",\n  \"dependencies\": {\"y\": \"1.0.0\"}\n}");
  CHECK(changed("package.json", *result) == *result);
  CHECK_FALSE(changed("package.json", "{\"name\": \"x\"}"));
  CHECK_FALSE(changed("package.json", "{\"version\": 1}"));
  CHECK_FALSE(changed("package.json", "not json"));
}

TEST_CASE("package-lock.json: both of its places") {
  const auto result = changed(
      "package-lock.json",
      R"({"version": "1.0.0", "packages": {"": {"version": "1.0.0"}, "node_modules/y": {"version": "1.0.0"}}})");
  REQUIRE(result);
  CHECK(
      *result ==
      R"({"version": "2.0.0", "packages": {"": {"version": "2.0.0"}, "node_modules/y": {"version": "1.0.0"}}})");
}

TEST_CASE("pyproject.toml: that of the project") {
  const auto result = changed("pyproject.toml",
                              "[tool.other]\nversion = \"1.0.0\"\n[project]\nname = \"x\"\n"
                              "version = '1.0.0'  # here\n[tool.more]\nversion=\"1.0.0\"\n");
  REQUIRE(result);
  CHECK(*result ==
        "[tool.other]\nversion = \"1.0.0\"\n[project]\nname = \"x\"\n"
        "version = '2.0.0'  # here\n[tool.more]\nversion=\"1.0.0\"\n");
  CHECK_FALSE(changed("pyproject.toml", "[project]\ndynamic = [\"version\"]\n"));
}

TEST_CASE("CMakeLists.txt: numbers only, on one line or several") {
  CHECK(changed("CMakeLists.txt", "project(x VERSION 1.0.0 LANGUAGES C)\n", "2.0.0-rc.1") ==
        "project(x VERSION 2.0.0 LANGUAGES C)\n");
  CHECK(changed("CMakeLists.txt",
                "cmake_minimum_required(VERSION 3.25)\nproject(x\n  VERSION 1.0.0\n)\n") ==
        "cmake_minimum_required(VERSION 3.25)\nproject(x\n  VERSION 2.0.0\n)\n");
  CHECK_FALSE(changed("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(x)\n"));
}

TEST_CASE("a pattern of one's own: its first group, in exactly one line") {
  const VersionFile file{"app.py", FileRule::pattern, R"x(__version__ = "(.*)")x"};
  CHECK(with_version("a\n__version__ = \"1\"\nb", file, "2.0.0") ==
        "a\n__version__ = \"2.0.0\"\nb");
  const auto twice = with_version("__version__ = \"1\"\n__version__ = \"1\"\n", file, "2.0.0");
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "app.py: 2 lines of it match");
  CHECK(with_version("nothing\n", file, "2.0.0").error().fault == Fault::usage);
  CHECK_FALSE(pattern_problem("no group").empty());
  CHECK_FALSE(pattern_problem("(").empty());
  CHECK(pattern_problem("v(.*)").empty());
}

TEST_CASE("which files have a rule") {
  CHECK(has_rule("a/b/package.json"));
  CHECK(has_rule("CMakeLists.txt"));
  CHECK_FALSE(has_rule("setup.cfg"));
  CHECK(rule_for("x.py") == FileRule::pattern);
}
