#include "cli/report/log_excerpt.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temp_folder.hpp"

namespace pipectl::cli {
namespace {

std::string numbered(int lines) {
  std::string text;
  for (int i = 1; i <= lines; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

LogExcerpt excerpt_of(const std::string& text, std::size_t most) {
  const test::TempFolder folder;
  const auto file = folder.path() / "a.log";
  std::ofstream(file, std::ios::binary) << text;
  const auto excerpt = read_excerpt(file, most);
  REQUIRE(excerpt);
  CHECK(excerpt->found);
  CHECK(excerpt->bytes == text.size());
  CHECK(excerpt->head.size() + excerpt->omitted + excerpt->tail.size() == text.size());
  CHECK(excerpt->head.size() + excerpt->tail.size() <= most);
  CHECK(text.starts_with(excerpt->head));
  CHECK(text.ends_with(excerpt->tail));
  return *excerpt;
}

TEST_CASE("a log that fits is whole") {
  CHECK(excerpt_of("", 100).head.empty());
  CHECK(excerpt_of("a\nb", 100).head == "a\nb");
  CHECK(excerpt_of(std::string(100, 'x'), 100).omitted == 0);
}

TEST_CASE("of a longer one the beginning and the end are kept, in whole lines") {
  for (const int lines : {100, 1'000, 100'000}) {
    const auto excerpt = excerpt_of(numbered(lines), 400);
    CHECK(excerpt.head.starts_with("line 1\n"));
    CHECK(excerpt.head.ends_with("\n"));
    CHECK(excerpt.tail.ends_with("line " + std::to_string(lines) + "\n"));
    CHECK(excerpt.tail.starts_with("line " + std::to_string(excerpt.tail_line) + "\n"));
  }
}

TEST_CASE("lines that are longer than an excerpt are cut") {
  const auto excerpt = excerpt_of(std::string(100'000, 'x') + "\nend\n", 400);
  CHECK(excerpt.head.size() == 100);
  CHECK(excerpt.tail.ends_with("end\n"));
  CHECK(excerpt_of(std::string(100'000, 'x'), 400).tail.size() == 300);
}

TEST_CASE("no log is none") {
  const auto excerpt = read_excerpt("/nowhere/a.log", 100);
  REQUIRE(excerpt);
  CHECK_FALSE(excerpt->found);
}

}  // namespace
}  // namespace pipectl::cli
