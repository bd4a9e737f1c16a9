#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/model/outcome.hpp"
#include "core/model/report.hpp"

namespace pipectl {

enum class Stream : std::uint8_t { out, err };

/// One stage as the plan has it, for sinks that draw the whole graph before it runs.
struct PlannedStage {
  std::string name;
  std::string kind;
  std::string group;
  std::vector<std::string> needs;  ///< stages and groups, as the file names them
};

namespace event {

struct RunStarted {
  std::string pipeline;
  std::string event;  ///< manual, push, …
  std::string branch;
  std::string sha;
  std::vector<PlannedStage> stages;
  bool resumed{false};
};
struct StageQueued {
  std::string stage;
};
/// `url` is that of the environment which it deploys to, where it has one.
struct StageStarted {
  std::string stage;
  int attempt{1};
  std::string url{};
};
/// One or more whole lines (or the unfinished last one of a stream), redacted.
struct StageOutput {
  std::string stage;
  Stream stream{Stream::out};
  std::string text;
};
/// What pipectl itself says about a stage while it runs: `$ npm test`, `retry 1 of 2 in 5s`.
struct StageNote {
  std::string stage;
  std::string text;
};
struct StageArtifact {
  std::string stage;
  std::string path;
  std::uint64_t bytes{0};
  std::string sha256;
};
/// What the reports of a stage said, after its last attempt. Of findings and of tests that did not
/// pass at most 1,000 each, the worst first.
struct StageMetric {
  std::string stage;
  report::Metric metric;
};
struct StageFinding {
  std::string stage;
  report::Finding finding;
};
struct StageTest {
  std::string stage;
  report::TestCase test;
};
struct GateEvaluated {
  std::string stage;
  report::GateVerdict verdict;
};
/// A step of a deploy: `apply`, `health`, `undo`.
struct DeployStep {
  std::string stage;
  std::string step;
  std::string detail;
  bool ok{true};
};
struct StageFinished {
  std::string stage;
  Outcome outcome;
};
/// Something about the run as a whole that a person should read. Never changes the outcome.
struct Warning {
  std::string text;
};
struct RunFinished {
  int exit_code{0};
  Milliseconds duration{0};
  std::string resume_hint;
};

}  // namespace event

/// Everything that a sink can hear, already redacted.
struct RunEvent {
  std::string run;  ///< run id
  WallTime at{};
  std::variant<event::RunStarted, event::StageQueued, event::StageStarted, event::StageOutput,
               event::StageNote, event::StageArtifact, event::StageMetric, event::StageFinding,
               event::StageTest, event::GateEvaluated, event::DeployStep, event::StageFinished,
               event::Warning, event::RunFinished>
      what;
};

/// Hears of everything that happens in a run. Called by the engine's thread only, in order.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Must neither throw nor block: a sink that writes to something slow has a thread of its own.
  virtual void on_event(const RunEvent& event) noexcept = 0;
  /// True while it cannot take more output. The engine then holds back StageOutput (and only that).
  [[nodiscard]] virtual bool congested() const noexcept { return false; }
  /// No more events will come; flush what is held, at most until the deadline.
  /// True once everything is out; else it may be called again, and destroying the sink gives the
  /// rest up.
  virtual bool finish(SteadyTime deadline) noexcept {
    static_cast<void>(deadline);
    return true;
  }
  /// errno of what was lost for good, or 0; complete once `finish` has returned true.
  [[nodiscard]] virtual int error() const noexcept { return 0; }
};

/// Hands every event to several sinks; congested as soon as one is.
class FanOut final : public EventSink {
 public:
  explicit FanOut(std::vector<EventSink*> sinks) : sinks_(std::move(sinks)) {}
  void on_event(const RunEvent& event) noexcept override;
  [[nodiscard]] bool congested() const noexcept override;
  bool finish(SteadyTime deadline) noexcept override;

 private:
  std::vector<EventSink*> sinks_;
};

}  // namespace pipectl
