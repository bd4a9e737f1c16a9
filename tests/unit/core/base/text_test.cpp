#include "core/base/text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <limits>

using namespace pipectl;
using namespace std::chrono_literals;

namespace {
std::string suggest(std::string_view word, std::vector<std::string_view> candidates) {
  return suggestion(word, candidates);
}
}  // namespace

TEST_CASE("a typing error finds the name that was meant", "[text]") {
  CHECK(suggest("timout", {"retry", "timeout"}) == "did you mean 'timeout'?");
  CHECK(suggest("tiemout", {"retry", "timeout"}) == "did you mean 'timeout'?");
  CHECK(suggest("TIMEOUT", {"retry", "timeout"}) == "did you mean 'timeout'?");
  CHECK(suggest("nedes", {"needs", "when"}) == "did you mean 'needs'?");
  CHECK(suggest("evn", {"env", "even"}) == "did you mean 'env'?");
  CHECK(suggest("unti", {"unit", "lint"}) == "did you mean 'unit'?");
  CHECK(suggest("runn", {"runs", "run"}) == "did you mean 'run'?");
  CHECK(suggest("rrun", {"trun", "run"}) == "did you mean 'run'?");
  CHECK(suggest("rund", {"run", "runs"}) == "did you mean 'runs'?");
}

TEST_CASE("what is near to nothing gets no suggestion", "[text]") {
  CHECK(suggest("banana", {"retry", "timeout"}).empty());
  CHECK(suggest("", {"a", "timeout"}).empty());
  CHECK(suggest("x", {"a", "b"}).empty());
  CHECK(suggest("run", {"env"}).empty());
  CHECK(suggest("timeout", {}).empty());
  CHECK(suggest(std::string(5'000, 'a'), {"aaaa"}).empty());
}

TEST_CASE("of two near names the one in the same letters wins", "[text]") {
  CHECK(suggest("Unit1", {"unit2", "Unit2"}) == "did you mean 'Unit2'?");
  CHECK(suggest("unit", {"units", "UNIT"}) == "did you mean 'UNIT'?");
}

TEST_CASE("split keeps empty parts and join reverses it", "[text]") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a,", ',') == std::vector<std::string_view>{"a", ""});
  CHECK(join(std::vector<std::string>{"", "b", "b"}, ", ") == ", b, b");
  CHECK(join({}, ",").empty());
}

TEST_CASE("trim takes white space from both ends only", "[text]") {
  CHECK(trim(" \t\r\n a b \v\f") == "a b");
  CHECK(trim(" \n ").empty());
}

TEST_CASE("only well-formed UTF-8 is valid", "[text]") {
  CHECK(is_valid_utf8("plain, ünï, 漢字, 🚀"));
  CHECK(is_valid_utf8(""));
  const std::string bad =
      GENERATE(as<std::string>{}, "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
               "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "a\xff", "\xc3(");
  CHECK_FALSE(is_valid_utf8(bad));
}

TEST_CASE("durations are read", "[text]") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("15m") == 15min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("1d2h3m4s5ms") == 26h + 3min + 4s + 5ms);
  CHECK(parse_duration("30") == 30s);
  CHECK(parse_duration("0") == 0ms);
}

TEST_CASE("what is no duration is refused", "[text]") {
  const std::string bad = GENERATE(as<std::string>{}, "", "s", "-5s", "5 s", "5x", "30m1h", "5s5s",
                                   "1h30", "1.5s", "5S", "9223372036854775807s",
                                   "99999999999999999999", "106751991168d", "106751991167d24h");
  CHECK(parse_duration(bad) == std::nullopt);
}

TEST_CASE("the longest duration that fits is read exactly", "[text]") {
  CHECK(parse_duration("9223372036854775807ms") ==
        std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max()));
  CHECK(parse_duration("9223372036854775808ms") == std::nullopt);
}

TEST_CASE("durations are shown in few characters", "[text]") {
  CHECK(human_duration(0ms) == "0ms");
  CHECK(human_duration(12ms) == "12ms");
  CHECK(human_duration(999ms) == "999ms");
  CHECK(human_duration(2'100ms) == "2.1s");
  CHECK(human_duration(59'949ms) == "59.9s");
  CHECK(human_duration(59'950ms) == "1m00s");
  CHECK(human_duration(245s) == "4m05s");
  CHECK(human_duration(3'599'600ms) == "1h00m");
  CHECK(human_duration(62min) == "1h02m");
  CHECK(human_duration(49h) == "49h00m");
  CHECK(human_duration(-5s) == "0ms");
  CHECK(human_duration(std::chrono::milliseconds::max()) == "2562047788015h13m");
}

TEST_CASE("sizes are read", "[text]") {
  CHECK(parse_size("512") == 512U);
  CHECK(parse_size("512B") == 512U);
  CHECK(parse_size("64KiB") == 65'536U);
  CHECK(parse_size("1.5 GB") == 1'500'000'000U);
  CHECK(parse_size("1.5gib") == 1'610'612'736U);
  CHECK(parse_size("2M") == 2'097'152U);
  CHECK(parse_size("0.5") == 0U);
  CHECK(parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_size("1.9999999999999999999999999999KiB") == 2'047U);
}

TEST_CASE("what is no size is refused", "[text]") {
  const std::string bad = GENERATE(as<std::string>{}, "", "GB", "-1", "1.", ".5GB", "1 ZB", "1GBx",
                                   "18446744073709551616", "16777216TiB", "1e3");
  CHECK(parse_size(bad) == std::nullopt);
}

TEST_CASE("sizes are shown in few characters", "[text]") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(1'023) == "1023 B");
  CHECK(human_size(1'536) == "1.5 KiB");
  CHECK(human_size(1'048'575) == "1.0 MiB");
  CHECK(human_size(std::numeric_limits<std::uint64_t>::max()) == "16.0 EiB");
}

TEST_CASE("names of environment variables are upper case", "[text]") {
  CHECK(env_name("unit-test_2") == "UNIT_TEST_2");
  CHECK(env_name("unit (18, linux)") == "UNIT__18__LINUX_");
  CHECK(env_name("naïve") == "NA_VE");
  CHECK(env_name("").empty());
}

TEST_CASE("nothing that a terminal obeys survives printable", "[text]") {
  CHECK(printable("plain ünï 漢字") == "plain ünï 漢字");
  CHECK(printable("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(printable("\x1b[31mred\x7f") == "\\x1b[31mred\\x7f");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("\u202e txt.exe") == "\\u202e txt.exe");
  CHECK(printable(std::string_view("\0x", 2)) == "\\x00x");
}

TEST_CASE("arguments are quoted for a shell only where they need it", "[text]") {
  CHECK(shell_quoted("npm") == "npm");
  CHECK(shell_quoted("--a=b/c.d,e:f@1") == "--a=b/c.d,e:f@1");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("a b") == "'a b'");
  CHECK(shell_quoted("it's $(here)") == "'it'\\''s $(here)'");
  CHECK(shell_quoted("~") == "'~'");
  CHECK(shell_quoted("a\nb") == "'a\nb'");
}

TEST_CASE("a text is cut between two characters and says so", "[text]") {
  CHECK(cut("short", 5) == "short");
  CHECK(cut("longer", 5) == "lo…");
  CHECK(cut("ääää", 6) == "ä…");
  CHECK(cut("ääää", 8) == "ääää");
  CHECK(cut("longer", 2).empty());
  CHECK(cut_to_characters("ääää", 4) == "ääää");
  CHECK(cut_to_characters("äääää", 4) == "äää…");
  CHECK(cut_to_characters("a\xff\xff\xff", 3) == "a\xff…");
  const std::string long_text = std::string(139, 'x') + "€€";
  CHECK(cut_to_characters(long_text, 140) == std::string(139, 'x') + "…");
}
