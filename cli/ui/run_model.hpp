#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/run_event.hpp"

namespace pipectl::ui {

/// The last lines that a stage's latest attempt wrote, as they came. Bounded: 20 lines of 2 KiB.
class Tail {
 public:
  void add(std::string_view text);
  void begin_attempt();  ///< what came before is another attempt's
  [[nodiscard]] const std::deque<std::string>& lines() const noexcept { return lines_; }
  [[nodiscard]] std::size_t total() const noexcept { return total_; }  ///< lines of all attempts
  /// Lines that the latest attempt wrote before those that are kept.
  [[nodiscard]] std::size_t left_out() const noexcept { return total_ - before_ - lines_.size(); }
  void clear();

 private:
  void add_line(std::string_view line);
  std::deque<std::string> lines_;
  std::size_t total_{0};
  std::size_t before_{0};  ///< lines of earlier attempts
  bool open_{false};       ///< the last line has not ended yet
};

enum class Phase { planned, queued, running, ended };

struct StageView {
  std::string name;
  std::string group;
  Phase phase{Phase::planned};
  int attempt{0};
  WallTime started{};
  std::string latest;  ///< its last line that is not blank, or what pipectl said since
  Tail tail;
  std::optional<Outcome> outcome;
  std::size_t ended_as{0};  ///< 1 for the first stage that ended, 2 for the next, …
};

struct Counts {
  std::size_t total{0};
  std::size_t ended{0};
  std::size_t running{0};
  std::size_t failed{0};
};

/// What has happened so far, as every view needs it. Knows nothing of terminals or time of its own.
class RunModel {
 public:
  void apply(const RunEvent& event);

  [[nodiscard]] const std::string& run() const noexcept { return run_; }
  [[nodiscard]] const event::RunStarted& header() const noexcept { return header_; }
  [[nodiscard]] WallTime started() const noexcept { return started_; }
  /// In plan order.
  [[nodiscard]] const std::deque<StageView>& stages() const noexcept { return stages_; }
  [[nodiscard]] const StageView* stage(std::string_view name) const;
  [[nodiscard]] const std::optional<event::RunFinished>& result() const noexcept { return result_; }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  /// Failed stages, the root cause (the one that failed first) last.
  [[nodiscard]] std::vector<const StageView*> failures() const;
  /// Stages that did not run, or were stopped, because of another's failure; in plan order.
  [[nodiscard]] std::vector<const StageView*> victims() const;

 private:
  void on(const event::RunStarted& e);
  void on(const event::StageQueued& e);
  void on(const event::StageStarted& e);
  void on(const event::StageOutput& e);
  void on(const event::StageNote& e);
  void on(const event::StageArtifact& /*e*/) {}
  void on(const event::StageMetric& /*e*/) {}
  void on(const event::StageFinding& /*e*/) {}
  void on(const event::StageTest& /*e*/) {}
  void on(const event::GateEvaluated& /*e*/) {}
  void on(const event::DeployStep& e);
  void on(const event::StageFinished& e);
  void on(const event::Warning& e);
  void on(const event::RunFinished& e);
  StageView& find(const std::string& name);

  std::string run_;
  WallTime now_{};
  WallTime started_{};
  event::RunStarted header_;
  std::deque<StageView> stages_;
  std::map<std::string, StageView*, std::less<>> by_name_;
  Counts counts_;
  std::vector<std::string> warnings_;
  std::optional<event::RunFinished> result_;
};

/// A failure that ends a run, as opposed to a victim of one. (A warned stage is none.)
[[nodiscard]] bool is_root_failure(const Outcome& outcome) noexcept;

}  // namespace pipectl::ui
