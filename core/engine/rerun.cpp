#include "core/engine/rerun.hpp"

#include <fmt/format.h>

#include "core/api/run_command.hpp"
#include "core/api/shell_command.hpp"
#include "core/base/text.hpp"

namespace pipectl {
namespace {

/// Linux takes at most 128 KiB as one variable.
constexpr std::size_t longest_list = std::size_t{100} << 10U;

Result<StageCommand> command_of(const FlakyPolicy& policy, const StageContext& context) {
  std::vector<std::string> lines;
  for (const auto& line : policy.rerun) lines.push_back(TRY(line.evaluate(context.scope)));
  StageCommand command;
  command.argv = shell_command(context.spec.shell, join(lines, "\n"));
  return command;
}

}  // namespace

Outcome rerun_tests(const FlakyPolicy& policy, const std::vector<std::string>& tests,
                    StageContext& context) {
  std::string list = join(tests, "\n");
  if (list.size() > longest_list)
    return outcome_of(Error{Fault::step, "the names of the failed tests are longer than 100 KiB",
                            "so many tests are not flaky"});
  const EnvMap before = context.env;
  context.env["PIPECTL_FAILED_TESTS"] = std::move(list);
  Outcome outcome;
  if (const auto command = command_of(policy, context); !command) {
    outcome = outcome_of(command.error());
  } else {
    context.emit.note(fmt::format("$ {}", trim(command->argv.back())));
    const auto end = run_command(context, *command);
    outcome = end ? outcome_of(*end) : outcome_of(end.error());
  }
  context.env = before;
  return outcome;
}

}  // namespace pipectl
