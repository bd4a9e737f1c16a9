#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/model/run_event.hpp"

namespace pipectl::test {

/// A run told by a test: each event comes some milliseconds after the one before.
class ScriptedRun {
 public:
  template <class Event>
  ScriptedRun& after(int milliseconds, Event event) {
    now_ += std::chrono::milliseconds{milliseconds};
    events_.push_back(RunEvent{"01j2run", now_, std::move(event)});
    return *this;
  }
  [[nodiscard]] const std::vector<RunEvent>& events() const { return events_; }
  [[nodiscard]] WallTime now() const { return now_; }

 private:
  // 2026-11-20T15:52:01Z
  WallTime now_{std::chrono::seconds{1795189921}};
  std::vector<RunEvent> events_;
};

inline event::StageFinished ended(std::string stage, Status status, int milliseconds,
                                  std::string reason = {}, std::string summary = {}) {
  Outcome outcome;
  outcome.status = status;
  outcome.duration = Milliseconds{milliseconds};
  outcome.reason = std::move(reason);
  outcome.summary = std::move(summary);
  return {std::move(stage), std::move(outcome)};
}

inline event::StageFinished skipped(std::string stage, SkipCause cause, std::string reason) {
  auto finished = ended(std::move(stage), Status::skipped, 0, std::move(reason));
  finished.outcome.skip = cause;
  return finished;
}

inline event::RunStarted balance_sheet_pro() {
  event::RunStarted started{"balance-sheet-pro", "push", "main", "1f3c9a2b7d", {}, false};
  started.stages = {{"audit", "security", "quality", {}},
                    {"lint", "lint", "quality", {}},
                    {"unit (18)", "test", "quality", {}},
                    {"unit (20)", "test", "quality", {}},
                    {"image", "build", "", {"audit", "lint", "unit (18)", "unit (20)"}},
                    {"staging", "deploy", "", {"image"}},
                    {"report", "run", "", {"staging"}}};
  return started;
}

/// The first half: two stages have ended, two run.
inline ScriptedRun half_a_run() {
  using namespace event;
  ScriptedRun run;
  run.after(0, balance_sheet_pro())
      .after(1, StageStarted{"audit"})
      .after(0, StageStarted{"lint"})
      .after(0, StageStarted{"unit (18)"})
      .after(2, StageNote{"audit", "$ npm audit --json"})
      .after(5, StageNote{"unit (18)", "$ npx jest --ci"})
      .after(700, StageOutput{"lint", Stream::out, "src/app.js\n  3:1  warning  unused\n"})
      .after(300, StageOutput{"unit (18)", Stream::out,
                              "\x1b[32mPASS\x1b[0m src/rates.test.js\n\x1b[31mFAIL\x1b[0m "
                              "src/sheet.test.js\n"})
      .after(2, ended("lint", Status::warned, 1010, "", "3 warnings"))
      .after(0, StageQueued{"unit (20)"})
      .after(90, StageStarted{"unit (20)"})
      .after(1000,
             StageOutput{"audit", Stream::err, "npm \x1b[2J\x1b]0;owned\x07warn deprecated\n"})
      .after(0, ended("audit", Status::succeeded, 2100, "", "critical 0 · high 0"));
  return run;
}

/// The whole of a run that fails: a root cause, its victims, a stage that runs always.
inline ScriptedRun failing_run() {
  using namespace event;
  auto run = half_a_run();
  auto failed = ended("unit (18)", Status::failed, 12'400, "exit code 1", "142 tests, 1 failed");
  failed.outcome.exit_code = 1;
  failed.outcome.hint = "run it alone with: pipectl run -s 'unit (18)'";
  failed.outcome.attempts = 2;
  run.after(10, StageStarted{"unit (18)", 2})
      .after(20, Warning{"the cache is full: 2 GiB"})
      .after(30, StageOutput{"unit (18)", Stream::out,
                             "::set-output name=a::b\n##[add-mask]x\nexpected 2, got 3\n"})
      .after(9000, failed)
      .after(1, ended("unit (20)", Status::cancelled, 11'000, "stopped: unit (18) failed"))
      .after(1, skipped("image", SkipCause::upstream, "upstream unit (18)"))
      .after(1, skipped("staging", SkipCause::upstream, "upstream unit (18)"))
      .after(1, StageStarted{"report"})
      .after(1, StageArtifact{"report", "out/report.html", 2048, "ab12"})
      .after(80, ended("report", Status::succeeded, 80))
      .after(3, RunFinished{1, Milliseconds{13'037}, "pipectl run --resume=01j2run"});
  return run;
}

/// A run in which every stage went well, and what a deploy says.
inline ScriptedRun passing_run() {
  using namespace event;
  ScriptedRun run;
  RunStarted started{
      "hello", "manual", "", "", {{"build", "build", "", {}}, {"up", "deploy", "", {}}}, true};
  run.after(0, started)
      .after(0, ended("build", Status::cached, 3, "inputs unchanged since run 4"))
      .after(1, StageStarted{"up"})
      .after(5, event::DeployStep{"up", "apply", "2 objects", true})
      .after(5, event::DeployStep{"up", "health", "503, want 200", false})
      .after(5, StageOutput{"up", Stream::out, "no line break at the end"})
      .after(5, ended("up", Status::succeeded, 61'000))
      .after(1, RunFinished{0, Milliseconds{61'020}, ""});
  return run;
}

}  // namespace pipectl::test
