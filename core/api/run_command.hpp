#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"

namespace pipectl {

/// A moment, and the limit that it came from, for the message.
struct TimeLimit {
  SteadyTime deadline;
  Milliseconds limit{0};
};

/// One command of a stage. What is left empty comes from the stage's context.
struct StageCommand {
  std::vector<std::string> argv;
  EnvMap env;                         ///< on top of the stage's environment, and wins
  std::filesystem::path directory;    ///< empty: the stage's working directory
  std::optional<TimeLimit> limit;     ///< of its own
  OutputSink* output{nullptr};        ///< null: the stage's log, redacted
  std::optional<CancelToken> cancel;  ///< instead of the lifetime's
  std::optional<std::string> input;   ///< bytes for stdin; nothing: /dev/null
};

enum class Lifetime {
  stage,    ///< ends with the stage: its deadline (the sooner one holds) and its cancellation
  cleanup,  ///< undo and cleanup: outlasts both; only a limit of its own and a hard stop end it
};

/// How a command of a stage ended.
struct CommandEnd {
  Finished finished;
  std::optional<Milliseconds> limit;           ///< what it ran into, when it timed out
  CancelReason cancelled{CancelReason::none};  ///< who ended it, when it was cancelled
  [[nodiscard]] bool success() const noexcept {
    return finished.ended == Ended::by_itself && finished.status.success();
  }
};

/// The one way in which a runner starts a command: output goes redacted to the stage's log, the
/// process is journaled unless it is over in a moment, and it is watched until its very end.
/// Errors: Fault::step when the program or the working directory is missing or the directory leaves
/// the workspace, Fault::cancelled when it was not started any more, else Fault::infrastructure.
[[nodiscard]] Result<CommandEnd> run_command(StageContext& context, const StageCommand& command,
                                             Lifetime lifetime = Lifetime::stage);

/// The outcome of a stage whose last command ended like this, with reason, hint and exit code.
[[nodiscard]] Outcome outcome_of(const CommandEnd& end);
/// The outcome of a stage that an error ended.
[[nodiscard]] Outcome outcome_of(const Error& error);

/// `interrupted`, `interrupted twice, ended at once`.
[[nodiscard]] std::string describe(CancelReason reason);

}  // namespace pipectl
