#include "core/api/report_collector.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <set>

using namespace pipectl;
using Counts = ReportSink::Counts;
using Hit = ReportSink::Hit;
using report::Finding;
using report::Merge;
using report::Severity;
using report::TestOutcome;
using report::Unit;

namespace {

Finding finding(std::string rule, Severity severity, std::uint32_t line = 1) {
  Finding made;
  made.rule = std::move(rule);
  made.severity = severity;
  made.message = "message";
  made.path = "a.c";
  made.line = line;
  return made;
}

double value(const ReportCollector& collector, const std::string& name) {
  const auto metrics = collector.metrics();
  const auto hit = metrics.find(name);
  REQUIRE(hit != metrics.end());
  return hit->second.value;
}

class Recording final : public ReportSpool {
 public:
  Result<void> put(const Finding& one) override {
    findings.push_back(one);
    return full ? fail(Fault::infrastructure, "no space left") : Result<void>{};
  }
  Result<void> put(const report::TestCase& one) override {
    tests.push_back(one);
    return {};
  }
  std::vector<Finding> findings;
  std::vector<report::TestCase> tests;
  bool full{false};
};

}  // namespace

TEST_CASE("no findings is something else than no report") {
  ReportCollector nothing;
  CHECK(nothing.metrics().empty());
  CHECK(summary_line(nothing.metrics()).empty());

  ReportCollector lint;
  lint.counts(Counts::lint);
  CHECK(value(lint, "errors") == 0);
  CHECK(summary_line(lint.metrics()) == "no findings");

  ReportCollector scan;
  scan.counts(Counts::security);
  CHECK(value(scan, "critical") == 0);
  CHECK(summary_line(scan.metrics()) == "critical 0 · high 0");

  ReportCollector tests;
  tests.counts(Counts::tests);
  CHECK(summary_line(tests.metrics()) == "0 tests");
}

TEST_CASE("tests are counted by outcome, and what did not pass is kept") {
  Recording spool;
  ReportCollector collector({}, &spool);
  collector.counts(Counts::tests);
  for (const auto outcome : {TestOutcome::passed, TestOutcome::failed, TestOutcome::error,
                             TestOutcome::skipped, TestOutcome::flaky})
    collector.test({"s", "n", outcome, std::chrono::duration<double>(0.5), "", ""});
  CHECK(value(collector, "tests") == 5);
  CHECK(value(collector, "tests.passed") == 2);
  CHECK(value(collector, "tests.failed") == 2);
  CHECK(value(collector, "tests.errors") == 1);
  CHECK(value(collector, "tests.duration") == 2'500);
  CHECK(collector.remarkable_tests().size() == 3);
  CHECK(spool.tests.size() == 5);
  CHECK(summary_line(collector.metrics()) == "5 tests · 2 failed · 1 skipped · 1 flaky");
}

TEST_CASE("a time that is none does not count") {
  ReportCollector collector;
  collector.counts(Counts::tests);
  for (const double seconds : {-1.0, 1e300, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN(), 2.0})
    collector.test({"", "", TestOutcome::passed, std::chrono::duration<double>(seconds), "", ""});
  CHECK(value(collector, "tests.duration") == 2'000);
}

TEST_CASE("coverage of several reports is joined line by line") {
  ReportCollector collector;
  for (const auto& [line, hit] :
       {std::pair{1U, Hit::yes}, {2U, Hit::no}, {2U, Hit::yes}, {3U, Hit::no}, {64U, Hit::no}})
    collector.line("a.c", line, hit);
  collector.line("b.c", 1, Hit::no);
  collector.line("a.c", 1, Hit::no);
  CHECK(value(collector, "coverage") == 100.0 * 2 / 5);
  CHECK(value(collector, "coverage.uncovered") == 3);
  CHECK_FALSE(collector.metrics().contains("coverage.branches"));
  collector.branch("a.c", 2, 0, Hit::yes);
  collector.branch("a.c", 2, 1, Hit::no);
  collector.branch("a.c", 2, 0, Hit::no);
  CHECK(value(collector, "coverage.branches") == 50);
}

TEST_CASE("metrics of several reports are merged as their kind asks for") {
  ReportCollector collector;
  for (const double each : {10.0, 30.0, 20.0}) {
    collector.metric({"requests", each, Unit::count, Merge::sum});
    collector.metric({"p95", each, Unit::milliseconds, Merge::most});
    collector.metric({"min", each, Unit::milliseconds, Merge::least});
  }
  collector.metric({"errors", 6, Unit::count, Merge::sum});
  collector.metric({"nothing", std::numeric_limits<double>::quiet_NaN(), Unit::number, Merge::sum});
  CHECK(value(collector, "requests") == 60);
  CHECK(value(collector, "p95") == 30);
  CHECK(value(collector, "min") == 10);
  CHECK(value(collector, "error_rate") == 10);
  CHECK_FALSE(collector.metrics().contains("nothing"));
  CHECK(summary_line(collector.metrics()) == "P95 30ms · errors 10% · 60 requests");
}

TEST_CASE("the worst findings are kept, all are counted and handed on") {
  Recording spool;
  ReportCollector collector({}, &spool);
  collector.counts(Counts::lint);
  for (std::uint32_t i = 0; i < 1'500; ++i) collector.finding(finding("w", Severity::warning, i));
  collector.finding(finding("e", Severity::error));
  const auto kept = collector.findings();
  CHECK(kept.size() == ReportCollector::kept_at_most);
  CHECK(kept.front().rule == "e");
  CHECK(value(collector, "warnings") == 1'500);
  CHECK(value(collector, "findings") == 1'501);
  CHECK(spool.findings.size() == 1'501);
}

TEST_CASE("a fingerprint does not depend on the line, and tells equal findings apart") {
  const auto prints = [](std::uint32_t first, std::uint32_t second) {
    Recording spool;
    ReportCollector collector({}, &spool);
    collector.finding(finding("r", Severity::low, first));
    collector.finding(finding("r", Severity::low, second));
    return std::pair{spool.findings[0].fingerprint, spool.findings[1].fingerprint};
  };
  const auto before = prints(1, 2);
  CHECK(before == prints(10, 20));
  CHECK(before.first != before.second);
  CHECK(before.first.size() == 32);

  Recording spool;
  ReportCollector collector({}, &spool);
  auto own = finding("r", Severity::low);
  own.fingerprint = "tool=1";
  collector.finding(own);
  CHECK(spool.findings.front().fingerprint == "tool=1");
}

TEST_CASE("a package's version is no part of its fingerprint") {
  std::set<std::string> prints;
  for (const char* package : {"lodash@4.17.15", "lodash@4.17.20"}) {
    Recording spool;
    ReportCollector collector({}, &spool);
    auto one = finding("CVE-1", Severity::high);
    one.package = package;
    collector.finding(one);
    prints.insert(spool.findings.front().fingerprint);
  }
  CHECK(prints.size() == 1);
}

TEST_CASE("every text is redacted and cut") {
  Recording spool;
  const auto redact = [](std::string_view text) {
    std::string clean(text);
    const auto at = clean.find("secret");
    return at == std::string::npos ? clean : clean.replace(at, 6, "***");
  };
  ReportCollector collector(redact, &spool);
  auto one = finding("secret", Severity::low);
  one.message = "a secret" + std::string(10'000, 'x');
  one.path = "secret/a";
  one.package = "secret";
  one.url = "secret";
  collector.finding(one);
  collector.test({"secret", "secret", TestOutcome::failed, {}, "secret", "secret"});
  const auto& kept = spool.findings.front();
  for (const auto& text :
       {kept.rule, kept.message, kept.path, kept.package, kept.url, spool.tests[0].suite,
        spool.tests[0].name, spool.tests[0].message, spool.tests[0].file})
    CHECK(text.find("secret") == std::string::npos);
  CHECK(kept.message.size() < 5'000);
}

TEST_CASE("what cannot be kept is an error") {
  Recording spool;
  spool.full = true;
  ReportCollector collector({}, &spool);
  CHECK_FALSE(collector.failure().has_value());
  collector.finding(finding("r", Severity::low));
  REQUIRE(collector.failure().has_value());
  CHECK(collector.failure()->message == "no space left");
}

TEST_CASE("more coverage than fits into memory is an error, not a wrong number") {
  ReportCollector collector;
  for (std::uint32_t i = 0; i < 600'000; ++i) collector.line("a.c", i * 64, Hit::no);
  REQUIRE(collector.failure().has_value());
  CHECK(collector.failure()->fault == Fault::step);
}
