#include "stages/load/capture.hpp"

#include <catch2/catch_test_macros.hpp>

namespace pipectl::stages::load {
namespace {

const Captured known{{"id", "7"}, {"path", "/a?b"}, {"host", "evil.example"}, {"line", "a\r\nb"}};

std::string url(std::string_view text) {
  const auto filled = url_with_captured(text, known);
  return filled ? *filled : filled.error().message;
}

TEST_CASE("names in double braces are filled in, and nothing else") {
  CHECK(with_captured("a{{id}}b{{ id }}", known) == "a7b7");
  CHECK(with_captured("${{ id }} {{other}} {{id", known) == "${{ id }} {{other}} {{id");
  CHECK(placeholders("{{a}} ${{ b }} {{ c }}{{") == std::vector<std::string>{"a", "c"});
}

TEST_CASE("a captured value does not change where a request goes") {
  CHECK(url("http://h/{{id}}") == "http://h/7");
  CHECK(url("http://h:8{{path}}") == "http://h:8/a?b");
  CHECK(url("http://h?x={{id}}") == "http://h?x=7");
  const std::string refused = "does not fit into the host's name";
  CHECK(url("http://h{{id}}").ends_with(refused));
  CHECK(url("http://h.{{host}}/").ends_with(refused));
  CHECK(url("{{host}}/x").ends_with(refused));
  CHECK(url("{{path}}/x").ends_with(refused));
  CHECK(url("{{path}}://h/x").ends_with(refused));
  CHECK(url("http://{{path}}/x").ends_with(refused));
  CHECK(url("http://h{{path}}{{host}}") == "http://h/a?bevil.example");
  CHECK(url("http://h{{nobody}}{{host}}").ends_with(refused));
  CHECK(url("http://a@{{host}}/x").ends_with(refused));
  CHECK(url("http://h\\{{path}}") == "http://h\\/a?b");  // the backslash ends the host
  CHECK(url("http://h/{{line}}").ends_with("does not fit into an address"));
  CHECK(header_with_captured("A: {{id}}", known) == "A: 7");
  CHECK_FALSE(header_with_captured("A: {{line}}", known));
}

TEST_CASE("values are taken out of a body, all of them or none") {
  Captured into;
  const std::vector<Capture> captures{{"a", "", "/x/0"}, {"b", "", "/y~1z"}, {"h", "X", ""}};
  REQUIRE(capture_json(captures, R"({"x": ["text"], "y/z": {"n": 1}})", into));
  CHECK(into == Captured{{"a", "text"}, {"b", R"({"n":1})"}});
  into.clear();
  CHECK(capture_json(captures, R"({"x": ["text"]})", into).error().message ==
        "nothing to capture for 'b' at /y~1z");
  CHECK(into.empty());
  CHECK_FALSE(capture_json(captures, "<html>", into));
  CHECK_FALSE(capture_json({{"a", "", "/x"}}, R"({"x": null})", into));
  CHECK(capture_json({{"h", "X", ""}}, "no JSON at all", into));
  CHECK(is_pointer(""));
  CHECK(is_pointer("/a~0b"));
  CHECK_FALSE(is_pointer("a"));
  CHECK_FALSE(is_pointer("/a~2"));
}

}  // namespace
}  // namespace pipectl::stages::load
