#include <fmt/format.h>

#include "cli/docs/completion.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

constexpr std::string_view fish_head =
    R"(# fish completion for pipectl; made by `pipectl completion fish`

function __pipectl_names
    command pipectl $argv 2>/dev/null
end

complete -c pipectl -f
)";

std::string fish_quoted(std::string_view text) {
  std::string escaped = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped + '\'';
}

std::string fish_argument(const OptionDoc& option) {
  switch (option.argument) {
    case Argument::none:
      return {};
    case Argument::text:
      return " -x";
    case Argument::path:
      return " -r -F";
    case Argument::choice:
      return " -x -a " + fish_quoted(join(option.choices, " "));
    case Argument::stage:
      return " -x -a '(__pipectl_names plan --names)'";
    case Argument::run:
      return " -x -a '(__pipectl_names runs --names)'";
  }
  return {};
}

void fish_command(const CommandDoc& command, const std::string& condition, std::string& text) {
  const auto start = fmt::format("complete -c pipectl -n {}", fish_quoted(condition));
  for (const auto& option : command.options) {
    text += start;
    if (!option.short_name.empty()) text += " -s " + option.short_name.substr(1);
    if (!option.long_name.empty()) text += " -l " + option.long_name.substr(2);
    text += fish_argument(option) + " -d " + fish_quoted(option.description) + '\n';
  }
  for (const auto& positional : command.positionals) {
    if (positional.argument == Argument::path) text += start + " -F\n";
    if (positional.argument != Argument::path && positional.argument != Argument::text)
      text += start + fish_argument(positional) + '\n';
  }
  for (const auto& inner : command.commands) {
    text += fmt::format("{} -a {} -d {}\n", start, inner.name, fish_quoted(inner.description));
  }
}

void inner_commands(const CommandDoc& command, const std::string& seen, std::string& text) {
  for (const auto& inner : command.commands) {
    auto condition = seen + "__fish_seen_subcommand_from " + inner.name;
    std::string others;
    for (const auto& deeper : inner.commands) others.append(" ").append(deeper.name);
    auto own = condition;
    if (!others.empty()) own.append("; and not __fish_seen_subcommand_from").append(others);
    fish_command(inner, own, text);
    inner_commands(inner, condition + "; and ", text);
  }
}

}  // namespace

std::string fish_completion(const CommandDoc& root) {
  std::string text{fish_head};
  fish_command(root, "__fish_use_subcommand", text);
  inner_commands(root, "", text);
  return text;
}

}  // namespace pipectl::cli
