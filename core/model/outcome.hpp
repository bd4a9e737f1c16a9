#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl {

/// How a stage ended. The names are those of the JSON events and of the store.
enum class Status {
  succeeded,
  warned,  ///< failed, but allowed to
  failed,
  timed_out,
  infra,
  cancelled,
  skipped,      ///< with a reason
  cached,       ///< inputs unchanged: earlier outputs were used
  waiting,      ///< for an approval
  rolled_back,  ///< a deploy failed and was undone
  bug,
};

[[nodiscard]] std::string_view to_string(Status status) noexcept;
[[nodiscard]] std::optional<Status> parse_status(std::string_view text) noexcept;
/// What needs this stage may go on: succeeded, warned, cached. (Skipped depends on its reason.)
[[nodiscard]] bool is_success(Status status) noexcept;
[[nodiscard]] bool is_failure(Status status) noexcept;
[[nodiscard]] Status status_of(Fault fault) noexcept;

/// Why a skipped stage was skipped; decides whether what needs it still runs.
enum class SkipCause {
  none,
  condition,    ///< `when`, `changed`, `on`: what needs it goes on
  requirement,  ///< a program of `requires` is absent: what needs it goes on
  deselected,   ///< by the command line: counts as met
  upstream,     ///< a need failed, or was itself skipped for that: what needs it is skipped too
  stopped,      ///< the run was stopped (fail-fast, Ctrl-C) before it could start
};

[[nodiscard]] std::string_view to_string(SkipCause cause) noexcept;
[[nodiscard]] std::optional<SkipCause> parse_skip_cause(std::string_view text) noexcept;

using Outputs = std::map<std::string, std::string, std::less<>>;

/// The end of one stage, complete: what the journal keeps and events tell.
struct Outcome {
  Status status{Status::succeeded};
  SkipCause skip{SkipCause::none};
  std::string reason;   ///< for people; empty on plain success. Redacted before it leaves.
  std::string hint;     ///< the way out, may be empty
  std::string summary;  ///< right column of the summary line: `142 tests · coverage 92.1%`
  std::optional<int> exit_code;  ///< of the last command, where there was one; 128+n for a signal
  bool undo_failed{false};       ///< a deploy that failed and could not be undone (exit code 6)
  int attempts{1};
  Milliseconds duration{0};
  Outputs outputs;
};

/// The process's exit code for a whole run: 70, 128+n, 6, 5, 3, 1, 4, 0 in that order of weight.
/// A cancelled stage without a signal counts as failed.
/// `signal` is the number of the signal that interrupted the run, or 0.
[[nodiscard]] int exit_code(const std::vector<Outcome>& outcomes, int signal) noexcept;

}  // namespace pipectl
