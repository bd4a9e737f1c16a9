#include <fmt/format.h>

#include <algorithm>

#include "cli/docs/completion.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

constexpr std::string_view zsh_head = R"(#compdef pipectl
# zsh completion for pipectl; made by `pipectl completion zsh`

_pipectl_stages() {
  local -a names
  names=("${(@f)$(command pipectl plan --names 2>/dev/null)}")
  compadd -a names
}

_pipectl_runs() {
  local -a names
  names=("${(@f)$(command pipectl runs --names 2>/dev/null)}")
  compadd -a names
}

)";

constexpr std::string_view zsh_tail = R"(if [ "$funcstack[1]" = "_pipectl" ]; then
  _pipectl "$@"
else
  compdef _pipectl pipectl
fi
)";

// Inside of single quotes and of an _arguments specification.
std::string specification(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'')
      escaped += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      escaped += {'\\', c};
    else
      escaped += c;
  }
  return escaped;
}

std::string action_of(const OptionDoc& option) {
  switch (option.argument) {
    case Argument::choice:
      return '(' + join(option.choices, " ") + ')';
    case Argument::stage:
      return "_pipectl_stages";
    case Argument::run:
      return "_pipectl_runs";
    case Argument::path:
      return "_files";
    default:
      return " ";
  }
}

std::string zsh_argument(const OptionDoc& option) {
  if (option.argument == Argument::none) return {};
  return fmt::format(":{}:{}", specification(option.type_name), action_of(option));
}

void one_option(const OptionDoc& option, std::string& text) {
  const auto description = specification(option.description);
  for (const auto& name : {option.short_name, option.long_name}) {
    if (name.empty()) continue;
    const bool takes_value = option.argument != Argument::none;
    const auto form = takes_value && name.starts_with("--") ? name + "=" : name;
    text += fmt::format("    '*{}[{}]{}' \\\n", form, description, zsh_argument(option));
  }
}

std::string function_of(const std::string& path) {
  auto name = path;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  return "_" + name;
}

void zsh_command(const CommandDoc& command, const std::string& path, std::string& text) {
  text += fmt::format("{}() {{\n", function_of(path));
  if (!command.commands.empty()) text += "  local context state line\n";
  text += "  _arguments -s -S \\\n";
  for (const auto& option : command.options) one_option(option, text);
  if (command.commands.empty()) {
    for (const auto& positional : command.positionals)
      text += fmt::format("    '::{}:{}' \\\n", specification(positional.type_name),
                          action_of(positional));
    text += "    && return 0\n}\n\n";
    return;
  }
  text += "    '1: :->command' '*:: :->rest' && return 0\n  case $state in\n    command)\n";
  text += "      local -a commands=(\n";
  for (const auto& inner : command.commands)
    text += fmt::format("        '{}:{}'\n", inner.name, specification(inner.description));
  text += "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n";
  for (const auto& inner : command.commands)
    text += fmt::format("        {}) {} ;;\n", inner.name, function_of(path + " " + inner.name));
  text += "      esac ;;\n  esac\n}\n\n";
  for (const auto& inner : command.commands) zsh_command(inner, path + " " + inner.name, text);
}

}  // namespace

std::string zsh_completion(const CommandDoc& root) {
  std::string text{zsh_head};
  zsh_command(root, root.name, text);
  return text.append(zsh_tail);
}

}  // namespace pipectl::cli
