#include "stages/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/shell_command.hpp"
#include "core/base/text.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

Result<std::string> evaluate(const std::vector<expr::Template>& script, const expr::Scope& scope) {
  std::string text;
  for (const expr::Template& line : script) {
    if (!text.empty()) text += '\n';
    text += TRY(line.evaluate(scope));
  }
  return text;
}

/// What is about to run, as far as it fits into one line.
std::string headline(const Step& step, std::string_view script) {
  const std::string_view text = trim(script);
  const std::size_t end = text.find('\n');
  return fmt::format("{}$ {}{}", step.name.empty() ? "" : step.name + ": ", text.substr(0, end),
                     end == std::string_view::npos ? "" : " …");
}

Result<StageCommand> make_command(const Step& step, const StageContext& context) {
  StageCommand command;
  command.argv = shell_command(context.spec.shell, TRY(evaluate(step.script, context.scope)));
  for (const EnvEntry& entry : step.env)
    command.env.insert_or_assign(entry.name, TRY(entry.value.evaluate(context.scope)));
  const std::string directory = TRY(step.working_directory.evaluate(context.scope));
  if (!directory.empty()) command.directory = context.workspace / directory;
  return command;
}

Outcome run_step(const Step& step, StageContext& context, Lifetime lifetime,
                 std::optional<TimeLimit> limit) {
  auto command = make_command(step, context);
  if (!command) return outcome_of(command.error());
  command->limit = limit;
  if (step.timeout) {
    const TimeLimit own{context.clock.steady() + *step.timeout, *step.timeout};
    if (!limit || own.deadline < limit->deadline) command->limit = own;
  }
  context.emit.note(headline(step, command->argv.back()));
  const auto end = run_command(context, *command, lifetime);
  return end ? outcome_of(*end) : outcome_of(end.error());
}

/// `step 'install' failed: exit code 3`
std::string with_name(const std::string& label, const Outcome& outcome) {
  if (outcome.status == Status::timed_out) return fmt::format("{} {}", label, outcome.reason);
  if (outcome.status == Status::cancelled) return fmt::format("{} in {}", outcome.reason, label);
  return fmt::format("{} failed: {}", label, outcome.reason);
}

}  // namespace

std::vector<std::string> Steps::preview(const expr::Scope& scope) const {
  std::vector<std::string> commands;
  for (const Step& step : steps_)
    for (const expr::Template& line : step.script) commands.push_back(shown(line, scope));
  return commands;
}

Outcome Steps::run(StageContext& context, Lifetime lifetime, std::optional<TimeLimit> limit) const {
  Outcome outcome;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    outcome = run_step(step, context, lifetime, limit);
    if (outcome.status == Status::succeeded) continue;
    const std::string label =
        step.name.empty() ? fmt::format("step {}", i + 1) : fmt::format("step '{}'", step.name);
    if (steps_.size() > 1 || !step.name.empty()) outcome.reason = with_name(label, outcome);
    return outcome;
  }
  return outcome;
}

}  // namespace pipectl::stages
