#include "core/api/run_command.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <memory>
#include <utility>

#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr Milliseconds worth_noting{5};  // of a command's life

std::string signal_name(int number) {
  const char* const name = sigabbrev_np(number);
  return name == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{}", name);
}

/// Fails early with a message about the directory: a failed spawn would blame the program.
Result<std::filesystem::path> directory_of(const StageContext& context,
                                           const StageCommand& command) {
  const std::filesystem::path& directory =
      command.directory.empty() ? context.directory : command.directory;
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored))
    return fail(
        Fault::step,
        fmt::format("working directory '{}' does not exist", printable(directory.string())),
        fmt::format("it is looked for in the workspace {}", printable(context.workspace.string())));
  if (!lies_within(directory, context.workspace))
    return fail(Fault::step,
                fmt::format("working directory '{}' lies outside the workspace",
                            printable(directory.string())),
                fmt::format("the workspace is {}; links are followed",
                            printable(context.workspace.string())));
  return directory;
}

std::optional<TimeLimit> limit_of(const StageContext& context, const StageCommand& command,
                                  Lifetime lifetime) {
  if (lifetime == Lifetime::cleanup || !context.deadline) return command.limit;
  const TimeLimit stage{*context.deadline, context.spec.timeout.value_or(Milliseconds{0})};
  if (command.limit && command.limit->deadline < stage.deadline) return command.limit;
  return stage;
}

/// To copy an environment takes about as long as to start a process: the stage's own is lent to a
/// command that changes nothing in it.
Result<std::unique_ptr<Process>> start(StageContext& context, const StageCommand& command,
                                       std::filesystem::path directory, OutputSink& output) {
  const bool lent = command.env.empty();
  Command made{command.argv, lent ? std::exchange(context.env, {}) : context.env,
               std::move(directory), command.input};
  for (const auto& [name, value] : command.env) made.env.insert_or_assign(name, value);
  auto process = context.executor.start(made, output);
  if (lent) context.env = std::move(made.env);
  return process;
}

/// What a shell's own exit code tells about the command in it.
std::string hint_for_exit_code(int code) {
  if (code == 126) return "126 means that the command was found but is not executable";
  if (code == 127)
    return "127 means that a command was not found; `requires: [NAME]` skips a stage whose program "
           "is absent";
  if (code == 128 + SIGKILL)
    return "137 means that the command was killed by SIGKILL, often because memory ran out";
  if (code > 128 && code <= 128 + 64)
    return fmt::format("{} means that the command was killed by {}", code, signal_name(code - 128));
  return {};
}

Outcome failed(const ExitStatus& status) {
  Outcome outcome;
  outcome.status = Status::failed;
  outcome.exit_code = status.as_exit_code();
  outcome.reason = status.signalled ? fmt::format("killed by {}", signal_name(status.code))
                                    : fmt::format("exit code {}", status.code);
  if (!status.signalled)
    outcome.hint = hint_for_exit_code(status.code);
  else if (status.code == SIGKILL)
    outcome.hint = "pipectl did not send it; often the kernel does when memory runs out";
  return outcome;
}

}  // namespace

Result<CommandEnd> run_command(StageContext& context, const StageCommand& command,
                               Lifetime lifetime) {
  const CancelToken cancel =
      command.cancel.value_or(lifetime == Lifetime::stage ? context.cancel : context.cleanup);
  if (cancel.cancelled()) return fail(Fault::cancelled, describe(cancel.reason()));
  auto directory = TRY(directory_of(context, command));
  const auto limit = limit_of(context, command, lifetime);

  std::unique_ptr<OutputSink> log;
  if (command.output == nullptr) log = make_line_output(context.redactor, context.emit);
  OutputSink& output = command.output == nullptr ? *log : *command.output;
  auto process = TRY(start(context, command, std::move(directory), output));
  // One that is over already leaves nobody behind that its record would have to name.
  if (process->outlives(worth_noting)) context.emit.spawned(process->id());

  CommandEnd end;
  end.finished = supervise(*process, limit ? std::optional{limit->deadline} : std::nullopt, cancel,
                           context.grace);
  if (end.finished.ended == Ended::by_itself)
    if (auto broken = process->broken()) return tl::unexpected(std::move(*broken));
  if (end.finished.ended == Ended::timed_out && limit) end.limit = limit->limit;
  if (end.finished.ended == Ended::cancelled) end.cancelled = cancel.reason();
  if (end.finished.drain_cut)
    context.emit.note(
        "a background process kept the output open after the command had ended; it is ended, or, "
        "where it has a session of its own (setsid), goes on without its output being kept");
  return end;
}

Outcome outcome_of(const CommandEnd& end) {
  Outcome outcome;
  switch (end.finished.ended) {
    case Ended::timed_out:
      outcome.status = Status::timed_out;
      outcome.reason = end.limit && end.limit->count() > 0
                           ? fmt::format("timed out after {}", human_duration(*end.limit))
                           : "timed out";
      outcome.exit_code = end.finished.status.as_exit_code();
      return outcome;
    case Ended::cancelled:
      outcome.status = Status::cancelled;
      outcome.reason = describe(end.cancelled);
      outcome.exit_code = end.finished.status.as_exit_code();
      return outcome;
    case Ended::by_itself:
      break;
  }
  if (!end.finished.status.success()) return failed(end.finished.status);
  outcome.exit_code = 0;
  return outcome;
}

Outcome outcome_of(const Error& error) {
  Outcome outcome;
  outcome.status = status_of(error.fault);
  outcome.reason = error.message;
  outcome.hint = error.hint;
  return outcome;
}

std::string describe(CancelReason reason) {
  switch (reason) {
    case CancelReason::none:
      return "not cancelled";
    case CancelReason::user:
      return "interrupted";
    case CancelReason::hard:
      return "interrupted twice, ended at once";
  }
  return "cancelled";
}

}  // namespace pipectl
