// By what findings are known again, where the tool tells something of it.
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <sstream>

#include "core/api/report_collector.hpp"
#include "stages/reports/reports.hpp"

using namespace pipectl;

namespace {

std::vector<std::string> prints(const std::unique_ptr<ReportReader>& reader,
                                const std::string& text) {
  std::istringstream in(text);
  ReportCollector collector;
  REQUIRE(reader->read(in, collector));
  std::vector<std::string> found;
  for (const auto& finding : collector.findings()) found.push_back(finding.fingerprint);
  return found;
}

std::string sarif(const std::string& results) {
  return R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}},"results":[)" + results +
         "]}]}";
}

std::string result(const std::string& rule, const std::string& prints) {
  return R"({"ruleId":")" + rule + R"(","message":{"text":"m"},"locations":[{"physicalLocation":)" +
         R"({"artifactLocation":{"uri":"a.c"}}}],)" + prints + "}";
}

}  // namespace

TEST_CASE("our own fingerprints come back as they were") {
  const auto reader = stages::make_sarif_reader();
  CHECK(prints(reader, sarif(result("r", R"("partialFingerprints":{"pipectl/v1":"abc"})"))) ==
        std::vector<std::string>{"abc"});
}

TEST_CASE("a hash of the line does not make two rules one finding") {
  const std::string hash = R"("partialFingerprints":{"primaryLocationLineHash":"39fa:1"})";
  const auto found =
      prints(stages::make_sarif_reader(), sarif(result("r", hash) + "," + result("s", hash)));
  REQUIRE(found.size() == 2);
  CHECK(found[0] != found[1]);
}

TEST_CASE("words in place of a fingerprint are none") {
  const std::string words = R"("fingerprints":{"matchBasedId/v1":"requires login"})";
  const auto found =
      prints(stages::make_sarif_reader(), sarif(result("r", words) + "," + result("s", words)));
  REQUIRE(found.size() == 2);
  CHECK(found[0] != found[1]);
}

TEST_CASE("a secret in a file of no commit is known wherever it moves") {
  const auto leak = [](const char* line, const char* commit) {
    return std::string(R"([{"RuleID":"key","Description":"d","File":"a.env","StartLine":)") + line +
           R"(,"StartColumn":1,"Commit":")" + commit + R"(","Fingerprint":")" + commit +
           "a.env:key:" + line + R"("}])";
  };
  const auto reader = stages::make_gitleaks_reader();
  CHECK(prints(reader, leak("1", "")) == prints(reader, leak("7", "")));
  CHECK(prints(reader, leak("1", "c0ffee:")) == std::vector<std::string>{"c0ffee:a.env:key:1"});
}

TEST_CASE("the same secret in another file is another finding") {
  const auto found = prints(
      stages::make_detect_secrets_reader(),
      R"({"version":"1.4.0","plugins_used":[],"results":{"a":[{"type":"T","hashed_secret":"0ff","line_number":1}],)"
      R"("b":[{"type":"T","hashed_secret":"0ff","line_number":1}]}})");
  REQUIRE(found.size() == 2);
  CHECK(found[0] != found[1]);
}

TEST_CASE("a line that a message names is no part of what was found") {
  const auto reader = stages::make_flake8_reader();
  const auto print = [&](const char* text) { return prints(reader, text).at(0); };
  CHECK(print("a.py:9:1: F811 redefinition of unused 'x' from line 3\n") ==
        print("a.py:12:1: F811 redefinition of unused 'x' from line 41\n"));
  CHECK(print("a.py:9:1: F811 redefinition of unused 'x' from line 3\n") !=
        print("a.py:9:1: F811 redefinition of unused 'y' from line 3\n"));
}
