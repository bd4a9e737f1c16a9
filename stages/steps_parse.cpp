#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/config/stage_keys.hpp"
#include "core/config/values.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {
namespace {

/// Linux takes at most 128 KiB as one argument, the closing NUL included.
constexpr std::size_t longest_script = (std::size_t{128} << 10U) - 1;

std::vector<expr::Template> read_script(std::string_view key, yaml::Reader& reader,
                                        const ParseContext& context) {
  std::vector<expr::Template> script;
  const std::size_t errors = context.diagnostics.error_count();
  std::size_t bytes = 0;
  for (const yaml::Node item : reader.strings(key)) {
    bytes += item.text().size() + 1;
    if (trim(item.text()).empty())
      context.diagnostics.error(item.span(), fmt::format("`{}` holds an empty command", key));
    if (item.text().find('\0') != std::string_view::npos)
      context.diagnostics.error(item.span(), fmt::format("`{}` holds a NUL character", key));
    auto text = expr::Template::parse(item.text(), item.span(), context.diagnostics);
    if (!text) continue;
    text->check_shell(context.names, context.diagnostics);
    script.push_back(std::move(*text));
  }
  if (script.empty() && context.diagnostics.error_count() == errors)
    context.diagnostics.error(reader.self().span(), fmt::format("`{}` holds no command", key));
  if (bytes > longest_script)
    context.diagnostics.error(reader.self().span(), fmt::format("`{}` is longer than 128 KiB", key),
                              "put it into a script file and run that");
  return script;
}

void read_env(yaml::Reader& reader, const ParseContext& context, Step& step) {
  const auto node = reader.node("env");
  if (!node) return;
  step.env = config::read_env(*node, context.diagnostics);
  for (const EnvEntry& entry : step.env) entry.value.check(context.names, context.diagnostics);
}

void read_directory(yaml::Reader& reader, const ParseContext& context, Step& step) {
  auto directory = config::read_directory(reader);
  if (!directory) return;
  directory->check(context.names, context.diagnostics);
  step.working_directory = std::move(*directory);
}

std::optional<Step> read_step(yaml::Node node, std::size_t number, const ParseContext& context) {
  yaml::Reader reader{node, fmt::format("step {} of stage '{}'", number, context.stage.name),
                      context.diagnostics};
  if (node.kind() != yaml::Kind::mapping) return std::nullopt;
  Step step;
  if (const auto name = reader.string("name")) step.name = *name;
  if (reader.node("run"))
    step.script = read_script("run", reader, context);
  else
    context.diagnostics.error(node.span(), fmt::format("{} has no `run`", reader.what()));
  read_env(reader, context, step);
  read_directory(reader, context, step);
  step.timeout = config::read_timeout(reader);
  reader.finish();
  return step;
}

std::vector<Step> read_steps(yaml::Node list, const ParseContext& context) {
  std::vector<Step> steps;
  if (list.kind() != yaml::Kind::sequence || list.size() == 0) {
    context.diagnostics.error(list.span(), "`steps` must be a list with at least one step",
                              "each step is a mapping with `run` and, if wanted, `name`, `env`, "
                              "`working_directory`, `timeout`");
    return steps;
  }
  std::size_t number = 0;
  for (const yaml::Node node : list.items())
    if (auto step = read_step(node, ++number, context)) steps.push_back(std::move(*step));
  return steps;
}

}  // namespace

std::optional<Steps> Steps::parse(yaml::Reader& reader, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  const auto run = reader.node("run");
  const auto list = reader.node("steps");
  if (run && list)
    context.diagnostics.error(list->span(),
                              fmt::format("{} has both `run` and `steps`", reader.what()),
                              "keep one of them");
  if (!run && !list) return std::nullopt;
  Steps steps;
  if (list)
    steps.steps_ = read_steps(*list, context);
  else
    steps.steps_.push_back({{}, read_script("run", reader, context), {}, {}, std::nullopt});
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return steps;
}

std::optional<Steps> Steps::parse_script(std::string_view key, yaml::Reader& reader,
                                         const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  if (!reader.node(key)) return std::nullopt;
  Steps steps;
  steps.steps_.push_back({{}, read_script(key, reader, context), {}, {}, std::nullopt});
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return steps;
}

std::vector<KeyDoc> step_keys() {
  return {
      {"run",
       R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]})",
       "What the shell runs: a text, or a list whose items share one shell"},
      {"steps",
       R"({"type":"array","minItems":1,"items":{"type":"object","required":["run"],"additionalProperties":false,"properties":{"name":{"type":"string"},"run":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]},"env":{"type":"object","additionalProperties":{"type":["string","number","boolean","null"]}},"working_directory":{"type":"string"},"timeout":{"type":["string","integer"]}}}})",
       "Several named commands in order, each in a shell of its own; instead of `run`"},
  };
}

}  // namespace pipectl::stages
