#include "core/base/diagnostic.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

Diagnostic at(const SourceFile& file, std::uint32_t line, std::uint32_t column,
              std::uint32_t length = 1) {
  return {Severity::error, Span{&file, line, column, length}, "wrong", {}};
}

TEST_CASE("a diagnostic shows place, line, caret and hint") {
  const SourceFile file{"pipeline.yaml", "name: x\nstages:\n  unit:\n    timout: 5m\n"};
  Diagnostic found = at(file, 4, 5, 6);
  found.message = "unknown key 'timout'";
  found.hint = "did you mean 'timeout'?";
  CHECK(render(found) ==
        "pipeline.yaml:4:5: error: unknown key 'timout'\n"
        "    4 |     timout: 5m\n"
        "      |     ^~~~~~\n"
        "  hint: did you mean 'timeout'?\n");
}

TEST_CASE("a diagnostic without a place is one line") {
  CHECK(render(Diagnostic{Severity::warning, {}, "odd", {}}) == "warning: odd\n");
  const SourceFile file{"a.yaml", ""};
  CHECK(render(Diagnostic{Severity::error, {&file, 0, 0, 1}, "empty", {}}) ==
        "a.yaml: error: empty\n");
}

TEST_CASE("tabs, wide and combining characters keep the caret in place") {
  const SourceFile file{"a", "\tx: 1\n漢字: bad\ne\xCC\x81: bad\n"};
  CHECK(render(at(file, 1, 2)) == "a:1:2: error: wrong\n    1 |     x: 1\n      |     ^\n");
  CHECK(render(at(file, 2, 9, 3)) == "a:2:9: error: wrong\n    2 | 漢字: bad\n      |       ^~~\n");
  CHECK(render(at(file, 2, 1, 6)) == "a:2:1: error: wrong\n    2 | 漢字: bad\n      | ^~~~\n");
  CHECK(render(at(file, 3, 6, 3)) ==
        "a:3:6: error: wrong\n    3 | e\xCC\x81: bad\n      |    ^~~\n");
}

TEST_CASE("control characters, broken UTF-8 and names from outside are shown escaped") {
  const SourceFile file{"a\x1b[2J", "x: \x1b[31m\xFF bad\r\n"};
  CHECK(render(at(file, 1, 11)) ==
        "a\\x1b[2J:1:11: error: wrong\n"
        "    1 | x: \\x1b[31m\\xff bad\n"
        "      |                 ^\n");
}

TEST_CASE("a place beyond the line or the text is shown at its end") {
  const SourceFile file{"a", "ab\ncd"};
  CHECK(render(at(file, 1, 99, 9)) == "a:1:99: error: wrong\n    1 | ab\n      |   ^\n");
  CHECK(render(at(file, 9, 1)) == "a:9:1: error: wrong\n    9 | \n      | ^\n");
  CHECK(render(at(file, 2, 2, 99)) == "a:2:2: error: wrong\n    2 | cd\n      |  ^\n");
}

TEST_CASE("a long line is cut around the place") {
  const SourceFile file{"a", std::string(300, 'x') + "bad" + std::string(300, 'y')};
  const std::string text = render(at(file, 1, 301, 3));
  CHECK(text == "a:1:301: error: wrong\n    1 | ..." + std::string(60, 'x') + "bad" +
                    std::string(57, 'y') + "...\n      | " + std::string(63, ' ') + "^~~\n");

  std::string wide;
  for (int i = 0; i < 5000; ++i) wide += "漢";
  const SourceFile very_long{"a", wide + "bad" + wide};
  CHECK(is_valid_utf8(render(at(very_long, 1, 15'001, 3))));
}

TEST_CASE("colour wraps the parts and nothing else") {
  const SourceFile file{"a", "bad"};
  CHECK(render(at(file, 1, 1, 3), Colour::on) ==
        "\x1b[1ma:1:1: \x1b[0m\x1b[1;31merror:\x1b[0m \x1b[1mwrong\x1b[0m\n"
        "    1 | bad\n"
        "      | \x1b[1;31m^~~\x1b[0m\n");
}

TEST_CASE("findings are counted, sorted by place, and the same one is kept once") {
  const SourceFile first{"a", "1\n2\n"};
  const SourceFile second{"b", "1\n"};
  Diagnostics all;
  all.error({&second, 1, 1, 1}, "third");
  all.warning({&first, 2, 1, 1}, "second");
  all.error({&first, 1, 2, 1}, "first");
  all.error({&first, 1, 2, 1}, "first");
  all.error({}, "nowhere");
  CHECK(all.error_count() == 4);
  CHECK(all.distinct_errors() == 3);
  CHECK(all.all().size() == 4);
  CHECK(all.all().front().message == "third");
  std::string order;
  for (const auto& one : all.sorted()) order += one.message + ' ';
  CHECK(order == "nowhere first second third ");
}

}  // namespace
}  // namespace pipectl
