#include "core/engine/stage_reports.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <fstream>

#include "stages/register.hpp"
#include "tests/support/engine_rig.hpp"
#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using test::EngineRig;

namespace {

constexpr const char* two_tests =
    "<testsuite><testcase name='a'/><testcase name='b'><failure message='no'/></testcase>"
    "</testsuite>";
constexpr const char* one_finding =
    "[{\"filePath\":\"a.js\",\"errorCount\":1,\"messages\":[{\"ruleId\":\"r\",\"severity\":2,"
    "\"message\":\"m\","
    "\"line\":1}]}]";

/// A stage that writes `text` to `file` and ends with `status`.
EngineRig::Body writes(const std::string& file, const std::string& text,
                       Status status = Status::succeeded) {
  return [=](StageContext& context) {
    std::ofstream(context.directory / file) << text;
    return test::ending(status, status == Status::failed ? "exit code 3" : "");
  };
}

void add_report(StageSpec& spec, const std::string& format, const std::string& path) {
  spec.reports.push_back({format, {expr::Template::literal(path)}, {}});
}

void add_gate(StageSpec& spec, const std::string& metric, const std::string& bound) {
  spec.gates.push_back({metric, expr::Template::literal(bound), {}});
}

template <class Event>
std::vector<Event> events(const EngineRig& rig) {
  std::vector<Event> found;
  for (const auto& event : rig.sink.events)
    if (const auto* what = std::get_if<Event>(&event.what)) found.push_back(*what);
  return found;
}

std::optional<double> metric(const EngineRig& rig, std::string_view name) {
  for (const auto& event : events<event::StageMetric>(rig))
    if (event.metric.name == name) return event.metric.value;
  return std::nullopt;
}

constexpr std::chrono::year_month_day until(int year) {
  return std::chrono::year_month_day{std::chrono::year(year), std::chrono::month(12),
                                     std::chrono::day(31)};
}

struct Rig : EngineRig {
  Rig() { register_stages(registry); }
};

}  // namespace

TEST_CASE("what a report says is told, summed up and gated") {
  Rig rig;
  auto& spec = rig.stage("unit", {}, writes("junit.xml", two_tests));
  add_report(spec, "junit", "junit.xml");
  add_gate(spec, "tests", ">= 2");
  add_gate(spec, "tests.failed", "0");
  rig.run();
  CHECK(rig.status("unit") == Status::failed);
  CHECK(rig.outcome("unit").reason == "gate tests.failed: 1, want == 0");
  CHECK(rig.outcome("unit").summary == "2 tests · 1 failed");
  CHECK(metric(rig, "tests") == 2);
  CHECK(events<event::StageTest>(rig).size() == 1);
  const auto gates = events<event::GateEvaluated>(rig);
  REQUIRE(gates.size() == 2);
  CHECK(gates[0].verdict.result == report::GateVerdict::Result::passed);
  CHECK(gates[1].verdict.result == report::GateVerdict::Result::failed);
}

TEST_CASE("a report that is older than the run is not its own") {
  Rig rig;
  rig.started = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now() +
                                                                 std::chrono::hours{1});
  auto& spec = rig.stage("unit", {}, writes("junit.xml", two_tests));
  add_report(spec, "junit", "junit.xml");
  rig.run();
  CHECK(rig.status("unit") == Status::failed);
  CHECK(rig.outcome("unit").reason ==
        "report junit.xml (junit): it is older than this run, so the stage did not write it");
}

TEST_CASE("no report, an empty one and a broken one are no pass") {
  struct Case {
    const char* file;
    const char* text;
    const char* reason;
  };
  for (const auto& [file, text, reason] :
       {Case{"other.xml", two_tests, "report junit.xml (junit): the stage did not write it"},
        Case{"junit.xml", "", "report junit.xml (junit): the file is empty"},
        Case{"junit.xml", "<testsuite>", "report junit.xml (junit): line 1: it ends in the middle"},
        Case{"junit.xml", "{}",
             "report junit.xml (junit): line 1: no well-formed XML: not "
             "well-formed (invalid token)"}}) {
    Rig rig;
    add_report(rig.stage("unit", {}, writes(file, text)), "junit", "junit.xml");
    rig.run();
    CHECK(rig.status("unit") == Status::failed);
    CHECK(rig.outcome("unit").reason == reason);
  }
}

TEST_CASE("a stage that failed keeps its reason, and its reports are told") {
  Rig rig;
  auto& spec = rig.stage("unit", {}, writes("junit.xml", two_tests, Status::failed));
  add_report(spec, "junit", "junit.xml");
  add_gate(spec, "tests.failed", "0");
  rig.run();
  CHECK(rig.outcome("unit").reason == "exit code 3");
  CHECK(rig.outcome("unit").summary == "2 tests · 1 failed");
  CHECK(events<event::GateEvaluated>(rig).size() == 1);
}

TEST_CASE("several files are merged, a pipe is no report") {
  Rig rig;
  auto& spec = rig.stage("unit", {}, [](StageContext& context) {
    for (const char* name : {"a.xml", "b.xml"})
      std::ofstream(context.directory / name) << two_tests;
    return Outcome{};
  });
  add_report(spec, "junit", "*.xml");
  auto& piped = rig.stage("piped", {}, [](StageContext& context) {
    ::mkfifo((context.directory / "pipe.json").c_str(), 0600);
    return Outcome{};
  });
  add_report(piped, "eslint", "pipe.json");
  rig.on_failure = OnFailure::keep_going;
  rig.run();
  CHECK(rig.outcome("unit").summary == "4 tests · 2 failed");
  CHECK(rig.status("piped") == Status::failed);
}

TEST_CASE("files of one name in two packages are two, however the report names them") {
  const auto lines = [](const char* hits) {
    std::string text;
    for (int line = 1; line <= 100; ++line)
      text += "<line number='" + std::to_string(line) + "' hits='" + hits + "'/>";
    return text;
  };
  const auto write_to = [](const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  };
  const auto coverage = [&](const char* format, const auto& text_of, bool with_files) {
    Rig rig;
    auto& spec = rig.stage("s", {}, [&](StageContext& context) {
      for (const char* package : {"backend", "frontend"}) {
        const char* const hits = package[0] == 'b' ? "0" : "1";
        write_to(context.directory / package / "coverage/report", text_of(package, hits));
        if (with_files) write_to(context.directory / package / "src/index.js", "");
      }
      return Outcome{};
    });
    add_report(spec, format, "*/coverage/report");
    rig.run();
    return metric(rig, "coverage");
  };
  const auto cobertura = [&](const std::string& package, const std::string& hits) {
    return "<coverage line-rate='1'><sources><source>/w/" + package +
           "</source></sources><packages><class filename='src/index.js'><lines>" +
           lines(hits.c_str()) + "</lines></class></packages></coverage>";
  };
  const auto of_several = [&](const std::string& package, const std::string& hits) {
    return "<coverage line-rate='1'><sources><source>/nowhere</source><source>" + package +
           "/src</source></sources><packages><class filename='index.js'><lines>" +
           lines(hits.c_str()) + "</lines></class></packages></coverage>";
  };
  const auto lcov = [](const std::string&, const std::string& hits) {
    return "SF:src/index.js\nDA:1," + hits + "\nDA:2," + hits + "\nend_of_record\n";
  };
  CHECK(coverage("cobertura", cobertura, false) == 50);
  CHECK(coverage("cobertura", of_several, true) == 50);
  CHECK(coverage("lcov", lcov, true) == 50);
  CHECK(coverage("lcov", lcov, false) == 100);  // nothing tells that they are two
}

TEST_CASE("each attempt is measured anew, and only the last one is told") {
  Rig rig;
  auto& spec = rig.stage("unit", {}, [](StageContext& context) {
    const char* good = "<testsuite><testcase name='a'/></testsuite>";
    std::ofstream(context.directory / "junit.xml") << (context.attempt == 1 ? two_tests : good);
    return Outcome{};
  });
  add_report(spec, "junit", "junit.xml");
  add_gate(spec, "tests.failed", "0");
  spec.retry.max = 1;
  spec.retry.backoff = Milliseconds{1};
  rig.run();
  CHECK(rig.status("unit") == Status::succeeded);
  CHECK(rig.outcome("unit").attempts == 2);
  CHECK(metric(rig, "tests") == 1);
  CHECK(events<event::GateEvaluated>(rig).size() == 1);
}

TEST_CASE("gates that compare are decided against the earlier run") {
  const test::TempFolder earlier;
  auto writer = store::ReportWriter::create(earlier.path());
  REQUIRE(writer);
  REQUIRE(writer->finish(
      {{"coverage", {"coverage", 80, report::Unit::percent, report::Merge::least}}}, {}));
  const auto run = [&](const std::string& metric, const std::string& bound, bool compares) {
    Rig rig;
    if (compares) rig.baselines["s"] = earlier.path();
    auto& spec = rig.stage("s", {}, [](StageContext& context) {
      std::ofstream(context.directory / "e.json") << one_finding;
      std::ofstream(context.directory / "l.info")
          << "SF:a.js\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nend_of_record\n";
      return Outcome{};
    });
    add_report(spec, "eslint", "e.json");
    add_report(spec, "lcov", "l.info");
    add_gate(spec, metric, bound);
    rig.run();
    return rig.outcome("s").reason;
  };
  CHECK(run("new_findings", "0", true) == "gate new_findings: 1, want == 0");
  CHECK(run("new_findings", "<= 1", true).empty());
  CHECK(run("coverage_change", ">= -0.5", true) == "gate coverage_change: -5%, want >= -0.5");
  CHECK(run("coverage_change", ">= -5", true).empty());
  CHECK(run("errors_change", ">= 0", true).empty());  // it has no errors to compare with
  for (const bool compares : {true, false})
    CHECK(run("coverge_change", ">= 0", compares) == "gate coverge: no report has this metric");
  CHECK(run("new_findings", "0", false).empty());
  CHECK(run("coverage_change", ">= 0", false).empty());
}

TEST_CASE("a change of times is judged on the samples of both runs") {
  const test::TempFolder earlier;
  auto writer = store::ReportWriter::create(earlier.path());
  REQUIRE(writer);
  REQUIRE(writer->put_samples("scenario.login.", {{10, 900}, {20, 100}}));
  REQUIRE(writer->finish({}, {}));
  const auto run = [&](const std::string& metric, const std::string& bound, double slowest) {
    Rig rig;
    rig.baselines["s"] = earlier.path();
    rig.own = Measures::Own::metrics;
    auto& spec = rig.stage("s", {}, [&](StageContext& context) {
      for (const char* name : {"scenario.login.p95", "scenario.login.max", "p95"})
        context.report->metric({name, slowest, report::Unit::milliseconds, report::Merge::most});
      context.report->samples("scenario.login.", {{10, 900}, {slowest, 100}});
      return Outcome{};
    });
    add_gate(spec, metric, bound);
    rig.run();
    return rig.outcome("s").reason;
  };
  CHECK(run("scenario.login.p95_change", "< 10%", 20).empty());
  CHECK(run("scenario.login.p95_change", "< 60%", 30).empty());
  CHECK(run("scenario.login.p95_change", "< 10%", 30) ==
        "gate scenario.login.p95_change: 50% (95% sure: 50% to 50%), want < 10%");
  CHECK(run("scenario.login.p95_change", "> -10%", 15) ==
        "gate scenario.login.p95_change: -25% (95% sure: -25% to -25%), want > -10%");
  CHECK(run("scenario.login.max_change", "< 10%", 20) ==
        "gate scenario.login.max_change: a change of times is judged on the samples of both runs");
  CHECK(run("p95_change", "< 10%", 20) ==
        "gate p95_change: a change of times is judged on the samples of both runs");
}

TEST_CASE("a gate that does not hold is let pass while its waiver lasts") {
  for (const int year : {2099, 2001}) {
    Rig rig;
    rig.started = std::chrono::system_clock::now();
    auto& spec = rig.stage("unit", {}, writes("junit.xml", two_tests));
    add_report(spec, "junit", "junit.xml");
    add_gate(spec, "tests.failed", "0");
    rig.leniency["unit"].waivers.push_back({"tests.failed", {}, {}, {}, {"why", until(year)}, {}});
    rig.run();
    const auto gates = events<event::GateEvaluated>(rig);
    REQUIRE(gates.size() == 1);
    if (year == 2099) {
      CHECK(rig.status("unit") == Status::succeeded);
      CHECK(gates[0].verdict.result == report::GateVerdict::Result::waived);
      CHECK(gates[0].verdict.bound == "== 0");
      CHECK(gates[0].verdict.waiver == "until 2099-12-31: why");
      CHECK(rig.outcome("unit").summary ==
            "2 tests · 1 failed · gate tests.failed: 1, want == 0, waived until 2099-12-31: why");
    } else {
      CHECK(rig.status("unit") == Status::failed);
      CHECK(rig.outcome("unit").summary == "2 tests · 1 failed · 1 waiver expired");
    }
  }
}

TEST_CASE("a command that failed for quarantined tests only has not failed") {
  for (const char* name : {"b", "other"}) {
    Rig rig;
    rig.started = std::chrono::system_clock::now();
    auto& spec = rig.stage("unit", {}, [](StageContext& context) {
      std::ofstream(context.directory / "junit.xml") << two_tests;
      Outcome outcome = test::ending(Status::failed, "exit code 3");
      outcome.exit_code = 3;
      return outcome;
    });
    add_report(spec, "junit", "junit.xml");
    add_gate(spec, "tests.failed", "0");
    rig.leniency["unit"].flaky.quarantine.push_back({name, {"why", until(2099)}, {}});
    rig.run();
    if (std::string(name) == "b") {
      CHECK(rig.status("unit") == Status::succeeded);
      CHECK(rig.outcome("unit").summary == "2 tests · 1 quarantined");
    } else {
      CHECK(rig.outcome("unit").reason == "exit code 3");
    }
  }
}

TEST_CASE("a signal is not put down to a quarantined test") {
  Rig rig;
  rig.started = std::chrono::system_clock::now();
  auto& spec = rig.stage("unit", {}, [](StageContext& context) {
    std::ofstream(context.directory / "junit.xml") << two_tests;
    Outcome outcome = test::ending(Status::failed, "killed");
    outcome.exit_code = 137;
    return outcome;
  });
  add_report(spec, "junit", "junit.xml");
  rig.leniency["unit"].flaky.quarantine.push_back({"b", {"why", until(2099)}, {}});
  rig.run();
  CHECK(rig.outcome("unit").reason == "killed");
}
