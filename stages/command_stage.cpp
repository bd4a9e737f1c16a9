#include "stages/command_stage.hpp"

#include <fmt/format.h>

#include "core/api/registry.hpp"

namespace pipectl::stages {

std::vector<std::string> CommandStage::preview(const expr::Scope& scope) const {
  return steps_.preview(scope);
}

Outcome CommandStage::run(StageContext& context) const { return steps_.run(context); }

namespace {

/// The stage is done by what the key names, in place of commands.
std::unique_ptr<StageRunner> by_method(const StageMethod& method, yaml::Reader& reader,
                                       const ParseContext& context) {
  const std::string key(method.key().name);
  for (const auto* other : {"run", "steps"})
    if (const auto node = reader.node(other)) {
      context.diagnostics.error(node->span(),
                                fmt::format("`{}` and `{}` exclude each other", other, key),
                                "make two stages of it");
      return nullptr;
    }
  if (const auto value = reader.node(method.key().name)) return method.parse(*value, context);
  context.diagnostics.error(reader.self().span(), fmt::format("`{}` is empty", key));
  return nullptr;
}

}  // namespace

std::unique_ptr<StageRunner> CommandKind::parse(yaml::Reader& reader,
                                                const ParseContext& context) const {
  if (const auto* method = context.registry.stage_method(name_, reader.self()))
    return by_method(*method, reader, context);
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
