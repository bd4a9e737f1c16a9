// What every reader of reports must hold to, whoever wrote it. The registry is asked, so that a
// newcomer is tested by its registration alone.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/app.hpp"
#include "core/api/report_collector.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

using namespace pipectl;
namespace fs = std::filesystem;

namespace {

const fs::path fixtures = fs::path(PIPECTL_SOURCE_DIR) / "tests/fixtures/reports";

/// Tools that write nothing at all when all is well: an empty file of theirs is no mistake.
const std::set<std::string_view> empty_is_clean{"flake8", "gcc", "clang-tidy", "yamllint"};
/// Any text may be a build log, so that no text is a wrong one.
const std::set<std::string_view> any_text{"gcc", "clang-tidy"};

struct Reading {
  Result<void> result;
  report::Metrics metrics;
};

Reading read(const ReportReader& reader, const std::string& text) {
  std::istringstream in(text);
  ReportCollector collector;
  auto result = reader.read(in, collector);
  return {std::move(result), collector.metrics()};
}

double count(const Reading& reading, std::string_view metric) {
  const auto found = reading.metrics.find(metric);
  return found == reading.metrics.end() ? -1 : found->second.value;
}

void check_refused(const ReportReader& reader, const std::string& text) {
  const auto reading = read(reader, text);
  REQUIRE_FALSE(reading.result.has_value());
  CHECK(reading.result.error().fault == Fault::step);
  CHECK_FALSE(reading.result.error().message.empty());
  CHECK_FALSE(reading.result.error().message.ends_with('.'));
  CHECK(reading.result.error().message.size() < 1'000);
}

std::vector<std::string> good_reports(const ReportReader& reader) {
  std::vector<std::string> reports;
  for (const auto& entry : fs::directory_iterator(fixtures / reader.name())) {
    const auto extension = entry.path().extension();
    if (extension == ".expect" || entry.path().filename() == "NOTE") continue;
    auto text = read_file(entry.path()).value_or("");
    if (read(reader, text).result) reports.push_back(std::move(text));
  }
  return reports;
}

/// Formats that have a form in common.
bool same_form(std::string_view one, std::string_view other) { return one == other; }

/// An empty list is a report of many tools.
bool says_nothing(std::string_view text) { return trim(text).empty() || trim(text) == "[]"; }

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("readers have a name and say what they read") {
  const Registry registry = cli::make_registry();
  REQUIRE(registry.report_readers().size() >= 30);
  std::set<std::string_view> names;
  for (const auto& reader : registry.report_readers()) {
    CAPTURE(reader->name());
    CHECK(reader->name().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
          std::string_view::npos);
    CHECK(names.insert(reader->name()).second);
    CHECK_FALSE(reader->summary().empty());
    CHECK_FALSE(reader->summary().ends_with('.'));
    CHECK(registry.report_reader(reader->name()) == reader.get());
  }
}

TEST_CASE("an empty file is an error, but where it means that all is well") {
  const Registry registry = cli::make_registry();
  for (const auto& reader : registry.report_readers()) {
    CAPTURE(reader->name());
    if (!empty_is_clean.contains(reader->name())) {
      check_refused(*reader, "");
      continue;
    }
    const auto reading = read(*reader, "");
    CHECK(reading.result.has_value());
    CHECK(reading.metrics.contains("findings"));
  }
}

TEST_CASE("another format is an error") {
  const Registry registry = cli::make_registry();
  for (const auto& reader : registry.report_readers()) {
    if (any_text.contains(reader->name())) continue;
    CAPTURE(reader->name());
    for (const std::string text :
         {"no report at all, only some words\n", "{\"a\": 1}\n", "<html><body>404</body></html>\n",
          "{}\n", "null\n", "<a/>\n", "\"text\"", "bash: eslint: command not found\n"})
      check_refused(*reader, text);
  }
}

TEST_CASE("a report of another tool is an error") {
  const Registry registry = cli::make_registry();
  for (const auto& reader : registry.report_readers()) {
    if (any_text.contains(reader->name())) continue;
    for (const auto& other : registry.report_readers()) {
      if (reader == other || same_form(reader->name(), other->name())) continue;
      for (const auto& text : good_reports(*other)) {
        if (says_nothing(text)) continue;
        CAPTURE(reader->name(), other->name(), text.substr(0, 200));
        CHECK_FALSE(read(*reader, text).result.has_value());
      }
    }
  }
}

TEST_CASE("bytes that are no text are an error") {
  const Registry registry = cli::make_registry();
  const std::string binary("\x7f\x45\x4c\x46\x02\x01\x00\x00\x00\n\xff\xfe", 12);
  for (const auto& reader : registry.report_readers()) {
    CAPTURE(reader->name());
    check_refused(*reader, binary);
  }
}

TEST_CASE("a report that was cut off is no pass, wherever it was cut") {
  const Registry registry = cli::make_registry();
  for (const auto& reader : registry.report_readers()) {
    CAPTURE(reader->name());
    for (const auto& whole : good_reports(*reader)) {
      const std::size_t end = whole.find_last_not_of(" \t\r\n") + 1;
      for (const std::size_t part : {1U, 2U, 3U, 5U, 8U, 10U}) {
        auto cut = whole.substr(0, end * part / 11);
        // Between two lines, where each stands for itself, nothing tells that there were more.
        while (cut.ends_with('\n')) cut.pop_back();
        if (cut.empty()) continue;
        const auto reading = read(*reader, cut);
        CAPTURE(cut.substr(cut.size() > 60 ? cut.size() - 60 : 0));
        // TAP tells how many tests there are: what may be missing is a remark after the last one.
        const bool all_there = count(reading, "tests") == count(read(*reader, whole), "tests");
        CHECK((!reading.result.has_value() || (reader->name() == "tap" && all_there)));
      }
    }
  }
}

TEST_CASE("hostile reports end with an error, in bounded time and memory") {
  const Registry registry = cli::make_registry();
  const std::string bomb =
      "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
      "<testsuites>&c;</testsuites>";
  const std::vector<std::string> attacks{
      bomb,
      "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><testsuites>&f;</testsuites>",
      repeated("[", 100'000),
      repeated("{\"a\":", 100'000),
      repeated("{\"results\":[", 50'000),
      repeated("<testsuite>", 100'000),
      "{\"results\": \"" + std::string(20 << 20, 'x') + "\"}",
      "<testsuite name=\"" + std::string(20 << 20, 'x') + "\"/>",
      std::string(20 << 20, 'x')};
  for (const auto& reader : registry.report_readers()) {
    CAPTURE(reader->name());
    for (const auto& attack : attacks) {
      CAPTURE(attack.substr(0, 60));
      if (any_text.contains(reader->name()) && attack.size() < (1U << 20U)) {
        CHECK_FALSE(read(*reader, attack).metrics.at("findings").value > 0);
        continue;
      }
      check_refused(*reader, attack);
    }
  }
}

TEST_CASE("a number that no type holds is an error") {
  const Registry registry = cli::make_registry();
  std::string coverage = read_file(fixtures / "coverage-py/lines.json").value_or("");
  const std::string_view lines = "\"executed_lines\": [";
  REQUIRE(coverage.find(lines) != std::string::npos);
  coverage.insert(coverage.find(lines) + lines.size(), "2e60, ");
  check_refused(*registry.report_reader("coverage-py"), coverage);
  check_refused(*registry.report_reader("eslint"),
                R"([{"filePath": "a.js", "errorCount": 1, "messages": [{"ruleId": "semi",
                     "severity": 2e60, "message": "m", "line": 1, "column": 1}]}])");
  check_refused(*registry.report_reader("shellcheck"),
                R"({"comments": [{"file": "a.sh", "line": 1, "column": 1, "level": "error",
                    "code": 2e60, "message": "m"}]})");
}

TEST_CASE("a report can be read twice: readers keep nothing") {
  const Registry registry = cli::make_registry();
  for (const auto& reader : registry.report_readers()) {
    CAPTURE(reader->name());
    const auto reports = good_reports(*reader);
    CHECK_FALSE(reports.empty());
    for (const auto& text : reports) {
      const auto first = read(*reader, text);
      const auto second = read(*reader, text);
      CHECK(first.metrics.size() == second.metrics.size());
      for (const auto& [name, metric] : first.metrics)
        CHECK(second.metrics.at(name).value == metric.value);
    }
  }
}
