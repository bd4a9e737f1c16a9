#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/engine/engine.hpp"
#include "tests/support/plan_builder.hpp"

namespace pipectl::test {

/// A journal in memory that can break, and that a test can look into at any append.
class MemoryJournal final : public store::Journal {
 public:
  Result<void> append(std::span<const store::Transition> transitions, WallTime at) override;
  std::vector<store::Transition> written;
  int fail_at{-1};  ///< number of the append that fails, from 0
  std::function<void(const store::Transition&)> on_append;

 private:
  int appends_{0};
};

class MemoryLogs final : public store::LogWriter {
 public:
  Result<void> write(const std::string& stage, Stream stream, std::string_view text) override;
  void close(const std::string&) override {}
  std::map<std::string, std::string> text;
  std::string fail_for;  ///< a stage whose log cannot be written
};

class RecordingSink final : public EventSink {
 public:
  void on_event(const RunEvent& event) noexcept override;
  [[nodiscard]] bool congested() const noexcept override { return is_congested && is_congested(); }
  std::vector<RunEvent> events;
  std::function<bool()> is_congested;
};

/// Never starts anything: what the rig's stages do is C++.
class NoExecutor final : public Executor {
 public:
  Result<std::unique_ptr<Process>> start(const Command&, OutputSink&) override {
    return fail(Fault::bug, "no commands here");
  }
};

class NoHttp final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest&, const CancelToken&) override {
    return fail(Fault::bug, "no network here");
  }
};

/// An engine whose stages are functions of the test.
class EngineRig {
 public:
  using Body = std::function<Outcome(StageContext&)>;

  /// Adds a stage with what it does; no body: it succeeds.
  StageSpec& stage(const std::string& name, const std::vector<std::string>& needs = {},
                   Body body = {});
  RunResult run();

  PlanBuilder builder;
  MemoryJournal journal;
  MemoryLogs logs;
  RecordingSink sink;
  CancelSource user;
  EngineOptions options;
  unsigned jobs{2};
  OnFailure on_failure{OnFailure::stop};
  std::map<std::string, std::string> variables;
  Registry registry;   ///< readers of reports
  WallTime started{};  ///< of the run
  std::map<std::string, std::filesystem::path> baselines;
  Leniency leniency;
  Measures::Own own{Measures::Own::none};  ///< whether bodies tell StageContext::report

  /// Status by stage name of the last run.
  [[nodiscard]] Status status(const std::string& name) const;
  [[nodiscard]] const Outcome& outcome(const std::string& name) const;
  /// `start a`, `end a`, … in the order of the journal.
  [[nodiscard]] std::vector<std::string> story() const;

 private:
  std::map<std::string, Body> bodies_;
  plan::Plan plan_;
  RunResult result_;
};

[[nodiscard]] Outcome ending(Status status, std::string reason = {});

}  // namespace pipectl::test
