#include <fmt/format.h>

#include "core/api/registry.hpp"
#include "core/base/text.hpp"
#include "stages/tool_stage.hpp"

namespace pipectl::stages {
namespace {

const ToolPreset* find_tool(yaml::Node name, const ParseContext& context) {
  if (const auto* preset = context.registry.tool(name.text())) return preset;
  std::vector<std::string_view> known;
  for (const auto& preset : context.registry.tools()) known.push_back(preset.name);
  std::string hint = suggestion(name.text(), known);
  if (hint.empty())
    for (const auto one : known) hint += fmt::format("{}{}", hint.empty() ? "one of " : ", ", one);
  context.diagnostics.error(name.span(), fmt::format("unknown tool '{}'", printable(name.text())),
                            std::move(hint));
  return nullptr;
}

std::vector<expr::Template> read_args(yaml::Reader& reader, const ParseContext& context) {
  std::vector<expr::Template> args;
  for (const yaml::Node arg : reader.strings("args")) {
    auto text = expr::Template::parse(arg.text(), arg.span(), context.diagnostics);
    if (!text) continue;
    text->check(context.names, context.diagnostics);
    args.push_back(std::move(*text));
  }
  return args;
}

}  // namespace

std::unique_ptr<StageRunner> ToolStage::parse(yaml::Reader& reader, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  const auto name = reader.node("tool");
  const auto text = reader.string("tool");
  auto args = read_args(reader, context);
  if (!text) return nullptr;
  const ToolPreset* const preset = find_tool(*name, context);
  if (preset == nullptr) return nullptr;
  if (preset->needs == ToolPreset::Args::required && args.empty())
    context.diagnostics.error(name->span(), fmt::format("{} needs `args`", preset->name),
                              "what it is to work on: a script, an address, an image");
  if (context.diagnostics.error_count() > errors) return nullptr;
  return std::make_unique<ToolStage>(*preset, std::move(args));
}

std::vector<KeyDoc> tool_keys() {
  return {
      {"tool", R"({"$ref":"#/$defs/tool"})",
       "A known tool instead of commands: with its report and its gate"},
      {"args", R"({"$ref":"#/$defs/texts"})",
       "What the tool gets behind its own options; default: what is usual for it"},
  };
}

}  // namespace pipectl::stages
