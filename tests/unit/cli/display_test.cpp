#include "cli/ui/display.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

using namespace pipectl;
using namespace pipectl::ui;
using namespace std::string_view_literals;

TEST_CASE("width counts columns, not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("plain") == 5);
  CHECK(display_width("é") == 1);
  CHECK(display_width("e\u0301") == 1);  // combining acute
  CHECK(display_width("日本") == 4);
  CHECK(display_width("✅") == 2);
  CHECK(display_width("⚠️") == 2);
  CHECK(display_width("⚠") == 1);
  CHECK(display_width("\x1b[31mred\x1b[0m") == 3);
}

TEST_CASE("a cut never splits a character and closes colours") {
  CHECK(truncated("abcdef", 6, Glyphs::unicode) == "abcdef");
  CHECK(truncated("abcdef", 5, Glyphs::unicode) == "abcd…");
  CHECK(truncated("abcdef", 5, Glyphs::ascii) == "abcd~");
  CHECK(truncated("日本語", 4, Glyphs::unicode) == "日…");
  CHECK(truncated("日本語", 1, Glyphs::unicode) == "…");
  CHECK(truncated("abc", 0, Glyphs::unicode).empty());
  CHECK(truncated("\x1b[31mabcdef\x1b[0m", 4, Glyphs::unicode) == "\x1b[31mabc…\x1b[0m");
  for (std::size_t columns = 0; columns < 12; ++columns)
    CHECK(display_width(truncated("a日\x1b[1m本⚠️ é語!", columns, Glyphs::unicode)) <=
          columns);
}

TEST_CASE("wrapping carries colours over") {
  CHECK(wrapped("", 4) == std::vector<std::string>{""});
  CHECK(wrapped("abcdef", 4) == std::vector<std::string>{"abcd", "ef"});
  CHECK(wrapped("日本語", 5) == std::vector<std::string>{"日本", "語"});
  CHECK(wrapped("日", 1) == std::vector<std::string>{"日"});
  CHECK(wrapped("a\x1b[31mbcd\x1b[0me", 2) ==
        std::vector<std::string>{"a\x1b[31mb\x1b[0m", "\x1b[31mcd\x1b[0m", "e"});
}

TEST_CASE("padding fills columns") {
  CHECK(padded("日", 4) == "日  ");
  CHECK(padded("7", 3, Align::right) == "  7");
  CHECK(padded("longer", 3) == "longer");
}

TEST_CASE("of a child's control sequences only colours stay") {
  CHECK(safe_line("\x1b[31mred\x1b[0m", Colour::on) == "\x1b[31mred\x1b[0m");
  CHECK(safe_line("\x1b[38;5;196mred", Colour::on) == "\x1b[38;5;196mred\x1b[0m");
  CHECK(safe_line("\x1b[31mred\x1b[0m", Colour::off) == "red");
  struct Row {
    std::string_view from;
    std::string_view to;
  };
  const Row table[] = {
      {"a\x1b[2Jb", "ab"},      // clear the screen
      {"a\x1b[10;10Hb", "ab"},  // move
      {"a\x1b[?1049hb", "ab"},  // another screen
      {"a\x1b[>4;1mb", "ab"},   // ends in m, is no colour
      {"a\x1b]0;title\x07"
       "b",
       "ab"},                                // title
      {"a\x1b]52;c;cGF3bmVk\x1b\\b", "ab"},  // clipboard
      {"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"},
      {"a\x1bP1$r0m\x1b\\b", "ab"},  // device control
      {"a\x1b]0;never ends", "a"},
      {"a\x1b[31", "a"},  // cut off
      {"a\x1b", "a"},
      {"a\x1b(0b", "ab"},  // character set
      {"a\x1b"
       "cb",
       "ab"},  // reset
      {"a\x07\x08\x7f\x0e"
       "b",
       "ab"},
      {"a\xc2\x9b"
       "2Jb",
       "a2Jb"},                        // CSI as one C1 character
      {"a\u202egnp.exe", "agnp.exe"},  // right-to-left override
      {"a\u2028b", "ab"},              // line separator
      {"10%\r50%\r100%\r\n", "100%"},  // a progress bar
      {"a\tb", "a       b"},
      {"1234567\tb", "1234567 b"},
      {"bad \xff\xc3 byte", "bad \uFFFD\uFFFD byte"},
      {"nul\0 byte"sv, "nul byte"},
      {"", ""},
  };
  for (const auto& row : table) {
    INFO(std::string(row.to));
    CHECK(safe_line(row.from, Colour::on) == row.to);
  }
}

TEST_CASE("ASCII keeps what can be kept") {
  CHECK(ascii_text("142 tests · 92% → ok…") == "142 tests - 92% -> ok...");
  CHECK(ascii_text("naïve 日") == "na?ve ?");
  CHECK(ascii_text("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m");
}

TEST_CASE("each line, with and without a last line break") {
  std::string joined;
  const auto take = [&](std::string_view line) { joined.append("<").append(line).append(">"); };
  each_line("a\n\nb", take);
  each_line("c\n", take);
  each_line("", take);
  CHECK(joined == "<a><><b><c>");
}
