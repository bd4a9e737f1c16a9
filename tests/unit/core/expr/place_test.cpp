#include "core/expr/place.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace pipectl;
using namespace pipectl::expr;

namespace {

struct Found {
  std::uint32_t line;
  std::uint32_t column;
  bool operator==(const Found&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Found& found) {
  return out << found.line << ':' << found.column;
}

/// Where the file has the `X` of `text`, a scalar that begins at line 1, column 4.
Found find_x(const std::string& source, const std::string& text) {
  const SourceFile file{"p.yaml", source};
  const Span span = Place({&file, 1, 4, 1}, text).at(text.find('X'), 1);
  return {span.line, span.column};
}

}  // namespace

TEST_CASE("plain scalars", "[place]") {
  CHECK(find_x("k: abX", "abX") == Found{1, 6});
  CHECK(find_x("k: a\n   b\n   X", "a b X") == Found{3, 4});
  CHECK(find_x("k: a\n\n   X", "a\nX") == Found{3, 4});
  CHECK(find_x("k: a  \n   X", "a X") == Found{2, 4});
}

TEST_CASE("quoted scalars", "[place]") {
  CHECK(find_x("k: 'abX'", "abX") == Found{1, 7});
  CHECK(find_x("k: 'it''s X'", "it's X") == Found{1, 11});
  CHECK(find_x(R"(k: "abX")", "abX") == Found{1, 7});
  CHECK(find_x(R"(k: "a\"b\\ X")", R"(a"b\ X)") == Found{1, 12});
  CHECK(find_x(R"(k: "\x41\u00e4\U0001F680\n\tX")", "A\u00e4\U0001F680\n\tX") == Found{1, 29});
  CHECK(find_x(R"(k: "\N\_\L\PX")", "\u0085\u00a0\u2028\u2029X") == Found{1, 13});
  CHECK(find_x("k: \"a\\\n   b X\"", "ab X") == Found{2, 6});
  CHECK(find_x("k: 'a\n  X'", "a X") == Found{2, 3});
  CHECK(find_x("k: \"a\\\r\n   b X\"", "ab X") == Found{2, 6});
}

TEST_CASE("literal blocks", "[place]") {
  CHECK(find_x("k: |\n  a\n   X\n", "a\n X\n") == Found{3, 4});
  CHECK(find_x("k: |-\n  a\n\n  X", "a\n\nX") == Found{4, 3});
  CHECK(find_x("k: |  # why\n\n  X\n", "\nX\n") == Found{3, 3});
  CHECK(find_x("k: |2\n    X\n", "  X\n") == Found{2, 5});
  CHECK(find_x("k: |\r\n  a\r\n  X\r\n", "a\nX\n") == Found{3, 3});
}

TEST_CASE("folded blocks", "[place]") {
  CHECK(find_x("k: >\n  a\n  b X\n", "a b X\n") == Found{3, 5});
  CHECK(find_x("k: >-\n  a\n\n  X", "a\nX") == Found{4, 3});
}

TEST_CASE("a tag and an anchor may stand in front", "[place]") {
  CHECK(find_x("k: &a !!str 'X'", "X") == Found{1, 14});
}

TEST_CASE("what does not read as the text is told at the scalar", "[place]") {
  CHECK(find_x("k: other", "abX") == Found{1, 4});
  CHECK(find_x("k: ab", "abX") == Found{1, 4});
  CHECK(find_x("", "abX") == Found{1, 4});
  CHECK(find_x("k: \"\\", "X") == Found{1, 4});
  CHECK(find_x("k: \"\\u12", "12X") == Found{1, 4});
  CHECK(find_x("k: |", "X") == Found{1, 4});
  CHECK(find_x("k: 'a'\nX", "a'\nX") == Found{1, 4});
  CHECK(find_x("k: \"\\x\n1X", "\n1X") == Found{1, 4});
}

TEST_CASE("hostile bytes move no place", "[place]") {
  using namespace std::string_literals;
  CHECK(find_x("k: |\0 \n  X"s, "X") == Found{2, 3});
  CHECK(find_x("k: !\0t X"s, "X") == Found{1, 8});
  const SourceFile file{"p.yaml", "k: |"};
  CHECK(Place({&file, 1, 4, 1}, "").at(0, 1).line == 1);
}

TEST_CASE("without a file there is no place", "[place]") {
  CHECK(Place({}, "abc").at(1, 1).file == nullptr);
  const SourceFile file{"p.yaml", "x"};
  CHECK(Place({&file, 0, 0, 1}, "abc").at(1, 1).line == 0);
  CHECK(Place({&file, 9, 9, 1}, "abc").at(1, 1).line == 9);
}

TEST_CASE("questions may come in any order, an underline ends with its line", "[place]") {
  const SourceFile file{"p.yaml", "k: 'abc\n  def'"};
  Place place({&file, 1, 4, 1}, "abc def");
  CHECK(place.at(4, 100).length == 4);
  CHECK(place.at(0, 100).length == 3);
  CHECK(place.at(2, 1).column == 7);
  CHECK(place.at(7, 1).column == 6);
  CHECK(place.at(99, 1).column == 4);
}
