#include "core/store/report_files.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using report::GateVerdict;
using report::TestOutcome;

namespace {

report::Finding finding(std::string message) {
  report::Finding made;
  made.rule = "rule";
  made.severity = report::Severity::high;
  made.message = std::move(message);
  made.path = "src/a\tb.c";
  made.line = 3;
  made.column = 4;
  made.package = "p@1";
  made.url = "https://example.com";
  made.fingerprint = "f";
  return made;
}

std::vector<std::string> messages(const std::filesystem::path& dir) {
  std::vector<std::string> found;
  REQUIRE(store::for_each_finding(dir, [&](const report::Finding& one) {
    found.push_back(one.message);
    return true;
  }));
  return found;
}

}  // namespace

TEST_CASE("what is written comes back") {
  const test::TempFolder folder;
  const auto dir = store::reports_dir(folder.path(), "unit (18)");
  auto writer = store::ReportWriter::create(dir);
  REQUIRE(writer);
  REQUIRE(writer->put(finding("one\nline, \"quoted\"")));
  REQUIRE(writer->put(
      {"suite", "name", TestOutcome::flaky, std::chrono::duration<double>(1.5), "why", "file"}));
  const report::Metrics metrics{
      {"p95", {"p95", 156.25, report::Unit::milliseconds, report::Merge::most}}};
  REQUIRE(writer->finish(metrics, {{"p95", "< 500ms", "156ms", GateVerdict::Result::failed, {}},
                                   {"p99", "< 1s", "2s", GateVerdict::Result::waived, "until 2099"},
                                   {"p50", "< 1s", "2ms", GateVerdict::Result::passed, {}}}));

  std::vector<report::Finding> findings;
  REQUIRE(store::for_each_finding(dir, [&](const report::Finding& one) {
    findings.push_back(one);
    return true;
  }));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].message == "one\nline, \"quoted\"");
  CHECK(findings[0].severity == report::Severity::high);
  CHECK(findings[0].path == "src/a\tb.c");
  CHECK(findings[0].line == 3);
  CHECK(findings[0].column == 4);
  CHECK(findings[0].package == "p@1");
  CHECK(findings[0].url == "https://example.com");
  CHECK(findings[0].fingerprint == "f");

  std::vector<report::TestCase> tests;
  REQUIRE(store::for_each_test(dir, [&](const report::TestCase& one) {
    tests.push_back(one);
    return true;
  }));
  REQUIRE(tests.size() == 1);
  CHECK(tests[0].outcome == TestOutcome::flaky);
  CHECK(tests[0].duration.count() == 1.5);
  CHECK(tests[0].message == "why");
  CHECK(tests[0].file == "file");

  const auto summary = store::read_report_summary(dir);
  REQUIRE((summary && *summary));
  CHECK((*summary)->metrics.at("p95").value == 156.25);
  CHECK((*summary)->metrics.at("p95").unit == report::Unit::milliseconds);
  CHECK((*summary)->metrics.at("p95").merge == report::Merge::most);
  REQUIRE((*summary)->gates.size() == 3);
  CHECK((*summary)->gates[0].result == GateVerdict::Result::failed);
  CHECK((*summary)->gates[1].result == GateVerdict::Result::waived);
  CHECK((*summary)->gates[1].waiver == "until 2099");
  CHECK((*summary)->gates[2].result == GateVerdict::Result::passed);
}

TEST_CASE("a folder that was not finished counts as none") {
  const test::TempFolder folder;
  auto writer = store::ReportWriter::create(folder / "r");
  REQUIRE(writer);
  REQUIRE(writer->put(finding("a")));
  CHECK(store::read_report_summary(folder / "r").value() == std::nullopt);
  CHECK(store::read_report_summary(folder / "nowhere").value() == std::nullopt);
}

TEST_CASE("a later attempt replaces an earlier one") {
  const test::TempFolder folder;
  for (const char* message : {"first", "second"}) {
    auto writer = store::ReportWriter::create(folder / "r");
    REQUIRE(writer);
    CHECK(store::read_report_summary(folder / "r").value() == std::nullopt);
    REQUIRE(writer->put(finding(message)));
    REQUIRE(writer->finish({}, {}));
  }
  CHECK(messages(folder / "r") == std::vector<std::string>{"second"});
}

TEST_CASE("a line that a crash cut is left out, bytes that are no text are replaced") {
  const test::TempFolder folder;
  auto writer = store::ReportWriter::create(folder / "r");
  REQUIRE(writer);
  REQUIRE(writer->put(finding("good")));
  REQUIRE(writer->put(finding("bad \xff\xfe bytes")));
  REQUIRE(writer->finish({}, {}));
  std::ofstream(folder / "r" / "findings.jsonl", std::ios::app) << R"({"rule":"cut","severi)";
  const auto found = messages(folder / "r");
  REQUIRE(found.size() == 2);
  CHECK(found[0] == "good");
  CHECK(found[1].find("bad ") == 0);
}

TEST_CASE("more than 64 MiB of findings are counted, not kept") {
  const test::TempFolder folder;
  auto writer = store::ReportWriter::create(folder / "r");
  REQUIRE(writer);
  const auto large = finding(std::string(1 << 20, 'x'));
  for (int i = 0; i < 70; ++i) REQUIRE(writer->put(large));
  REQUIRE(writer->finish({}, {}));
  const auto summary = store::read_report_summary(folder / "r");
  REQUIRE((summary && *summary));
  CHECK((*summary)->left_out >= 6);
  CHECK(messages(folder / "r").size() + (*summary)->left_out == 70);
}

TEST_CASE("samples come back by their name") {
  const test::TempFolder folder;
  {
    auto writer = store::ReportWriter::create(folder.path());
    REQUIRE(writer);
    REQUIRE(writer->put_samples("", {{0.125, 3}, {1'000, 1}}));
    REQUIRE(writer->put_samples("scenario.a\"b.", {{2, 1}}));
    REQUIRE(writer->finish({}, {}));
  }
  CHECK(store::read_samples(folder.path(), "").value() == report::Samples{{0.125, 3}, {1'000, 1}});
  CHECK(store::read_samples(folder.path(), "scenario.a\"b.").value() == report::Samples{{2, 1}});
  CHECK(store::read_samples(folder.path(), "scenario.c.").value() == std::nullopt);
  std::filesystem::remove(folder.path() / "samples.jsonl");  // an older version wrote none
  CHECK(store::read_samples(folder.path(), "").value() == std::nullopt);
}
