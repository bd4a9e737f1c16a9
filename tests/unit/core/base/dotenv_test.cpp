#include "core/base/dotenv.hpp"

#include <catch2/catch_test_macros.hpp>

using pipectl::EnvMap;
using pipectl::parse_dotenv;

TEST_CASE("dotenv reads plain, exported, quoted and commented lines") {
  const auto values = parse_dotenv(
      "# a comment\n\nA=1\nexport B = two words # not this\nC=\"line\\none \\\"q\\\"\"\n"
      "D='$literal \\n'\nE=\nF=a#b\nG=\"two\nlines\"\r\n",
      "x.env");
  REQUIRE(values);
  CHECK(*values == EnvMap{{"A", "1"},
                          {"B", "two words"},
                          {"C", "line\none \"q\""},
                          {"D", "$literal \\n"},
                          {"E", ""},
                          {"F", "a#b"},
                          {"G", "two\nlines"}});
}

TEST_CASE("dotenv says where a line is wrong, without its value") {
  for (const auto* text : {"A=1\nno assignment\n", "A=1\n9X=secret\n", "A=1\nB='open secret\n",
                           "A=1\nB=\"x\" secret\n", "A=1\n=secret\n"}) {
    const auto values = parse_dotenv(text, "x.env");
    REQUIRE_FALSE(values);
    CHECK(values.error().message.starts_with("x.env:"));
    CHECK(values.error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("dotenv never expands") {
  const auto values = parse_dotenv("A=$(touch pwned)\nB=\"`id`\"\n", "x.env");
  REQUIRE(values);
  CHECK(values->at("A") == "$(touch pwned)");
  CHECK(values->at("B") == "`id`");
}
