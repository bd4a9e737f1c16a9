#include "core/store/json_line.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>

using pipectl::store::JsonLine;

TEST_CASE("a line holds what was put, in order") {
  CHECK(JsonLine().take() == "{}");
  CHECK(JsonLine()
            .text("a", "x")
            .text("b", "")
            .text_if_any("c", "")
            .text_if_any("d", "y")
            .number_if_any("e", 0)
            .number_if_any("f", 7)
            .number("g", 1.5)
            .take() == R"({"a":"x","b":"","d":"y","f":7,"g":1.5})");
}

TEST_CASE("what JSON cannot hold as it is gets escaped or replaced") {
  CHECK(JsonLine().text("a", "say \"hi\"\\\n\x01").take() == R"({"a":"say \"hi\"\\\n\u0001"})");
  CHECK(JsonLine().text("a", "grün €").take() == "{\"a\":\"grün €\"}");
  CHECK(JsonLine().text("a", "bad \xff byte").take() == "{\"a\":\"bad \xEF\xBF\xBD byte\"}");
  CHECK(JsonLine().number("a", std::numeric_limits<double>::infinity()).take() == R"({"a":null})");
}
