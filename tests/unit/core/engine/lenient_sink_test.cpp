#include "core/engine/lenient_sink.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/api/report_collector.hpp"

using namespace pipectl;
using report::TestOutcome;
using std::chrono::sys_days;

namespace {

constexpr std::chrono::year_month_day today{std::chrono::year(2026), std::chrono::month(11),
                                            std::chrono::day(21)};
constexpr std::chrono::year_month_day yesterday{std::chrono::year(2026), std::chrono::month(11),
                                                std::chrono::day(20)};
const WallTime now = sys_days(today);

report::Finding finding(const std::string& rule, const std::string& path,
                        const std::string& package = {}) {
  report::Finding made;
  made.rule = rule;
  made.path = path;
  made.package = package;
  made.severity = report::Severity::high;
  return made;
}

report::TestCase failed(const std::string& suite, const std::string& name) {
  report::TestCase made;
  made.suite = suite;
  made.name = name;
  made.outcome = TestOutcome::failed;
  made.message = "no";
  return made;
}

Waiver waiver(std::string rule, std::string path, std::string package,
              std::chrono::year_month_day until = today) {
  Waiver made;
  made.rule = std::move(rule);
  made.path = std::move(path);
  made.package = std::move(package);
  made.excuse = {"why", until};
  return made;
}

struct Setting {
  StageLeniency leniency;
  std::vector<Waiver>& waivers{leniency.waivers};
  FlakyPolicy& flaky{leniency.flaky};
  ReportCollector collector;

  std::optional<double> metric(const std::string& name) {
    const auto metrics = collector.metrics();
    const auto hit = metrics.find(name);
    return hit == metrics.end() ? std::nullopt : std::optional(hit->second.value);
  }
};

}  // namespace

TEST_CASE("a waived finding does not count, and is kept") {
  Setting set;
  set.waivers = {waiver("CVE-1", "", "lodash"), waiver("no-*", "src/**", "")};
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  sink.counts(ReportSink::Counts::security);
  sink.finding(finding("CVE-1", "", "lodash@4.17.20"));
  sink.finding(finding("CVE-1", "", "@types/lodash@1"));
  sink.finding(finding("no-eval", "src/deep/a.js"));
  sink.finding(finding("no-eval", "lib/a.js"));
  CHECK(set.metric("high") == 2);
  CHECK(set.metric("findings") == 2);
  CHECK(set.metric("findings.waived") == 2);
  CHECK(set.metric("waivers.expired") == 0);
  CHECK(sink.notes() ==
        std::vector<std::string>{"waived until 2026-11-21: why: CVE-1 lodash@4.17.20",
                                 "waived until 2026-11-21: why: no-eval src/deep/a.js"});
  CHECK(set.collector.findings().size() == 2);
  CHECK(report::summary_line(set.collector.metrics()) == "critical 0 · high 2 · 2 waived");
}

TEST_CASE("a path is a glob from the root of the repository") {
  Setting set;
  set.waivers = {waiver("", "src/*.js", "")};
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  for (const char* path : {"src/a.js", "/workshop/src/a.js", "lib/src/a.js"})
    sink.finding(finding("x", path));
  sink.counts(ReportSink::Counts::lint);
  CHECK(set.metric("findings.waived") == 1);
  CHECK(set.collector.findings().size() == 2);
}

TEST_CASE("an expired waiver does not waive, and says so; one that matches nothing is told") {
  Setting set;
  set.waivers = {waiver("CVE-1", "", "", yesterday), waiver("CVE-2", "", "")};
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  sink.counts(ReportSink::Counts::security);
  sink.finding(finding("CVE-1", "a.c"));
  CHECK(set.metric("high") == 1);
  CHECK(set.metric("findings.waived") == 0);
  CHECK(set.metric("waivers.expired") == 1);
  CHECK(sink.notes() == std::vector<std::string>{"the waiver of CVE-1 expired on 2026-11-20: why",
                                                 "the waiver of CVE-2 matches nothing any more"});
  CHECK(report::summary_line(set.collector.metrics()) == "critical 0 · high 1 · 1 waiver expired");
}

TEST_CASE("a waiver is for a gate or for findings") {
  Setting set;
  Waiver gate;
  gate.gate = "coverage";
  gate.excuse = {"why", today};
  Waiver old = gate;
  old.gate = "p95";
  old.excuse.expires = yesterday;
  set.waivers = {gate, old};
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  sink.finding(finding("x", "a.c"));
  CHECK(set.metric("findings.waived") == 0);
  CHECK(sink.waiver_of("coverage") == "until 2026-11-21: why");
  CHECK_FALSE(sink.waiver_of("p95"));
  CHECK_FALSE(sink.waiver_of("high"));
}

TEST_CASE("a test that passes in a rerun is flaky") {
  Setting set;
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  sink.counts(ReportSink::Counts::tests);
  CHECK(sink.take_told_tests());
  CHECK_FALSE(sink.take_told_tests());
  sink.test(failed("net", "a"));
  sink.test(failed("net", "b"));
  sink.test(failed("net", "twice"));
  CHECK(sink.failed_tests() == std::vector<std::string>{"net\ta", "net\tb", "net\ttwice"});
  LenientSink::Rerun rerun;
  auto good = failed("net", "a");
  good.outcome = TestOutcome::passed;
  rerun.test(good);
  good.name = "twice";
  rerun.test(good);
  rerun.test(failed("net", "twice"));
  good = failed("other", "b");
  good.outcome = TestOutcome::passed;
  rerun.test(good);
  sink.settle(rerun);
  CHECK(sink.failed_tests() == std::vector<std::string>{"net\tb", "net\ttwice"});
  CHECK(sink.has_failed_tests());
  CHECK_FALSE(sink.excuses_failure());
  sink.release();
  CHECK(set.metric("tests") == 3);
  CHECK(set.metric("tests.failed") == 2);
  CHECK(set.metric("tests.flaky") == 1);
  CHECK(report::summary_line(set.collector.metrics()) == "3 tests · 2 failed · 1 flaky");
}

TEST_CASE("a quarantined test may fail, as long as the quarantine holds") {
  Setting set;
  set.flaky.quarantine = {{"net.slow*", {"issue 7", today}, {}}, {"old", {"x", yesterday}, {}}};
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  sink.counts(ReportSink::Counts::tests);
  CHECK(set.metric("tests.quarantined") == 0);
  sink.test(failed("net", "slow[1]"));
  CHECK(sink.excuses_failure());
  sink.test(failed("net", "old"));
  CHECK_FALSE(sink.excuses_failure());
  CHECK(sink.failed_tests() == std::vector<std::string>{"net\told"});
  sink.release();
  CHECK(set.metric("tests.failed") == 1);
  CHECK(set.metric("tests.quarantined") == 1);
  CHECK(set.metric("quarantine.expired") == 1);
  CHECK(set.metric("tests.skipped") == 1);
  CHECK(set.collector.remarkable_tests().size() == 1);
  CHECK(sink.notes() ==
        std::vector<std::string>{"quarantined until 2026-11-21: issue 7: net › slow[1] failed",
                                 "the quarantine of old expired on 2026-11-20: x"});
  CHECK(report::summary_line(set.collector.metrics()) ==
        "2 tests · 1 failed · 1 quarantined · 1 quarantine expired");
}

TEST_CASE("where too many fail, none is run again, and a quarantine still holds") {
  Setting set;
  set.flaky.quarantine = {{"late", {"x", today}, {}}};
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  sink.counts(ReportSink::Counts::tests);
  for (std::size_t i = 0; i <= LenientSink::held_at_most; ++i) sink.test(failed("", "same"));
  sink.test(failed("", "late"));
  CHECK(sink.failed_tests().empty());
  CHECK(sink.has_failed_tests());
  sink.release();
  CHECK(set.metric("tests.failed") == LenientSink::held_at_most + 1);
  CHECK(set.metric("tests.quarantined") == 1);
}

TEST_CASE("a green run excuses nothing, and an attempt begins anew") {
  Setting set;
  LenientSink sink(set.leniency, now);
  sink.begin(set.collector);
  CHECK_FALSE(sink.excuses_failure());
  sink.test(failed("", "a"));
  sink.begin(set.collector);
  CHECK(sink.failed_tests().empty());
  CHECK_FALSE(sink.has_failed_tests());
}
