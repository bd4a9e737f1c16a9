// Every reader on reports of the real tools: tests/fixtures/reports/FORMAT/FILE beside FILE.expect,
// which says all that was read from it. UPDATE_GOLDEN=1 rewrites them; read the diff.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/api/registry.hpp"
#include "core/api/report_collector.hpp"
#include "core/base/files.hpp"
#include "stages/register.hpp"

using namespace pipectl;
namespace fs = std::filesystem;

namespace {

const fs::path fixtures = fs::path(PIPECTL_SOURCE_DIR) / "tests/fixtures/reports";

std::string first_line(const std::string& text) {
  const auto end = text.find('\n');
  return end == std::string::npos ? text : text.substr(0, end) + " …";
}

std::string text_of(const report::Finding& finding) {
  return fmt::format("{} {} | {}:{}:{} | {} | {} | {}\n", to_string(finding.severity), finding.rule,
                     finding.path, finding.line, finding.column, finding.package,
                     first_line(finding.message), finding.url);
}

std::string text_of(const report::TestCase& test) {
  return fmt::format("{} {} | {} | {} | {}\n", to_string(test.outcome), test.suite, test.name,
                     first_line(test.message), test.file);
}

/// Keeps the order in which things were told, and all of them.
class Story final : public ReportSpool {
 public:
  Result<void> put(const report::Finding& finding) override {
    text += text_of(finding);
    return {};
  }
  Result<void> put(const report::TestCase& test) override {
    text += text_of(test);
    return {};
  }
  std::string text;
};

std::string read_text(const ReportReader& reader, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Story story;
  ReportCollector collector({}, &story);
  const auto read = reader.read(in, collector);
  if (!read) return fmt::format("error: {}\nhint: {}\n", read.error().message, read.error().hint);
  std::string text;
  for (const auto& [name, metric] : collector.metrics())
    text += fmt::format("{} = {}\n", name, report::to_text(metric.value, metric.unit));
  return fmt::format("{}summary: {}\n{}", text, summary_line(collector.metrics()), story.text);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() != ".expect" && entry.path().filename() != "NOTE")
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

TEST_CASE("every report is read as it is written down") {
  Registry registry;
  register_stages(registry);
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  for (const auto& reader : registry.report_readers()) {
    const fs::path folder = fixtures / reader->name();
    CAPTURE(reader->name());
    REQUIRE(fs::is_directory(folder));
    CHECK(fs::is_regular_file(folder / "NOTE"));
    const auto files = files_in(folder);
    CHECK(files.size() >= 2);
    for (const auto& file : files) {
      CAPTURE(file.filename().string());
      const std::string text = read_text(*reader, file);
      const fs::path expected = file.string() + ".expect";
      if (update) REQUIRE(write_file_atomically(expected, text));
      CHECK(text == read_file(expected).value_or("no file .expect"));
    }
  }
}
