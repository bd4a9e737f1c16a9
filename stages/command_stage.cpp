#include "stages/command_stage.hpp"

#include <fmt/format.h>

#include "core/api/registry.hpp"
#include "stages/tool_stage.hpp"

namespace pipectl::stages {

std::vector<KeyDoc> CommandKind::keys() const {
  auto keys = step_keys();
  for (const KeyDoc& key : tool_keys()) keys.push_back(key);
  return keys;
}

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
  if (const auto tool = reader.node("tool")) {
    for (const std::string_view key : {"run", "steps"})
      if (reader.node(key))
        context.diagnostics.error(tool->span(),
                                  fmt::format("{} has both `tool` and `{}`", reader.what(), key),
                                  "keep one of them");
    auto runner = ToolStage::parse(reader, context);
    return context.diagnostics.error_count() > errors ? nullptr : std::move(runner);
  }
  if (const auto args = reader.node("args"))
    context.diagnostics.error(args->span(), "`args` are those of a `tool`",
                              "write the arguments of a command in `run`");
  auto steps = Steps::parse(reader, context);
  if (!steps && context.diagnostics.error_count() == errors)
    context.diagnostics.error(context.stage.where,
                              fmt::format("stage '{}' has nothing to run", context.stage.name),
                              "give it `run` (a command), `steps` (a list of them) or `tool`");
  if (context.diagnostics.error_count() > errors) return nullptr;
  return std::make_unique<CommandStage>(std::move(*steps));
}

}  // namespace pipectl::stages
