#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/env.hpp"
#include "core/model/run_event.hpp"
#include "core/model/run_info.hpp"

namespace pipectl {

/// One stage of a run, as far as it has come.
struct StageStory {
  std::string name;
  std::string kind;
  std::string environment;      ///< that it deploys to; empty: it does not deploy
  std::string environment_url;  ///< where that is to be seen; may be empty
  int attempt{0};               ///< 0: not started
  WallTime started{};
  WallTime ended{};
  std::optional<Outcome> outcome;
  std::vector<event::DeployStep> steps;  ///< the last ones, at most 20
};

/// Something that a stage found in a file: by a linter, a scanner, a test that failed.
struct Annotation {
  std::string path;       ///< as the tool wrote it
  std::uint32_t line{0};  ///< 0: the file as a whole
  enum class Level { notice, warning, failure } level{Level::warning};
  std::string title;
  std::string message;
};

/// What is known of a run before it begins, for those who tell of it.
struct RunOrigin {
  std::string id;
  long number{0};
  std::string pipeline;
  Event event;
  GitInfo git;
  EnvMap host{};       ///< variables of the CI system, without secrets
  std::string root{};  ///< absolute path of the tree that stages work in
  std::string url;     ///< of the CI job, or empty
  /// How the run of this branch before this one ended.
  enum class Before { unknown, succeeded, failed } before{Before::unknown};
  /// The environment of a stage by its name, with its URL; empty: it deploys nowhere.
  std::function<std::pair<std::string, std::string>(const std::string& stage)> environment_of;
  /// The last lines that a stage printed, redacted.
  std::function<std::string(const std::string& stage)> log_tail;
};

/// All that has happened in a run so far, gathered from its events.
class RunStory {
 public:
  explicit RunStory(RunOrigin origin) : origin_(std::move(origin)) {}

  void apply(const RunEvent& event);
  /// The commit, once it is checked out.
  void learn(const GitInfo& git) { origin_.git = git; }

  struct End {
    int exit_code{0};
    Milliseconds duration{0};
    std::string resume_hint;
  };
  struct Counts {
    std::size_t passed{0}, warned{0}, failed{0}, skipped{0}, waiting{0}, open{0};
  };

  [[nodiscard]] const RunOrigin& origin() const noexcept { return origin_; }
  [[nodiscard]] const std::vector<StageStory>& stages() const noexcept { return stages_; }
  [[nodiscard]] const StageStory* stage(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  /// At most 1,000, those of a file only.
  [[nodiscard]] const std::vector<Annotation>& annotations() const noexcept { return annotations_; }
  [[nodiscard]] bool resumed() const noexcept { return resumed_; }
  [[nodiscard]] WallTime started() const noexcept { return started_; }
  /// Nothing while it runs.
  [[nodiscard]] const std::optional<End>& end() const noexcept { return end_; }
  [[nodiscard]] Counts counts() const noexcept;
  /// Those that failed, in the order of the plan.
  [[nodiscard]] std::vector<const StageStory*> failures() const;
  /// `main`, a tag, or empty.
  [[nodiscard]] std::string ref() const;
  /// One line: `3 passed · 1 failed: unit`, or what goes on while it runs.
  [[nodiscard]] std::string summary() const;

 private:
  StageStory* find(std::string_view name) noexcept;
  void take(const event::RunStarted& begun, WallTime at);
  void take(const event::StageStarted& begun, WallTime at);
  void take(const event::StageFinding& found, WallTime at);
  void take(const event::StageTest& test, WallTime at);
  void take(const event::DeployStep& step, WallTime at);
  void take(const event::StageFinished& done, WallTime at);
  void take(const event::Warning& warning, WallTime at);
  void take(const event::RunFinished& over, WallTime at);
  template <class Other>
  void take(const Other& /*event*/, WallTime /*at*/) {}
  void add(Annotation annotation);

  RunOrigin origin_;
  std::vector<StageStory> stages_;
  std::unordered_map<std::string, std::size_t> positions_;
  std::vector<std::string> warnings_;
  std::vector<Annotation> annotations_;
  bool resumed_{false};
  WallTime started_{};
  std::optional<End> end_;
};

/// What people want to hear of: the words behind `on` of a notifier.
enum class Occasion { start, failure, success, recovery, approval, alert };

[[nodiscard]] std::string_view to_string(Occasion occasion) noexcept;
[[nodiscard]] std::optional<Occasion> parse_occasion(std::string_view text) noexcept;
inline constexpr std::array all_occasions{Occasion::start,    Occasion::failure,  Occasion::success,
                                          Occasion::recovery, Occasion::approval, Occasion::alert};

/// What an event is an occasion for, the most telling first: a recovery is a success, too. The
/// event is already part of the story. An alert is what a person should look at whatever the
/// outcome: a deploy that was undone or could not be, a warning about the run as a whole.
[[nodiscard]] std::vector<Occasion> occasions(const RunEvent& event, const RunStory& story);

}  // namespace pipectl
