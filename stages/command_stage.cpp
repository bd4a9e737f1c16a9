#include "stages/command_stage.hpp"

#include <fmt/format.h>

namespace pipectl::stages {

std::vector<std::string> CommandStage::preview(const expr::Scope& scope) const {
  return steps_.preview(scope);
}

Outcome CommandStage::run(StageContext& context) const { return steps_.run(context); }

std::unique_ptr<StageRunner> CommandKind::parse(yaml::Reader& reader,
                                                const ParseContext& context) const {
  const std::size_t errors = context.diagnostics.error_count();
  auto steps = Steps::parse(reader, context);
  if (!steps && context.diagnostics.error_count() == errors)
    context.diagnostics.error(context.stage.where,
                              fmt::format("stage '{}' has nothing to run", context.stage.name),
                              "give it `run` (a command) or `steps` (a list of them)");
  if (context.diagnostics.error_count() > errors) return nullptr;
  return std::make_unique<CommandStage>(std::move(*steps));
}

}  // namespace pipectl::stages
