#include <fmt/format.h>

#include "cli/docs/completion.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

constexpr std::string_view head =
    R"(# fish completion for pipectl; made by `pipectl completion fish`

function __pipectl_names
    command pipectl $argv 2>/dev/null
end

complete -c pipectl -f
)";

std::string quoted(std::string_view text) {
  std::string escaped = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped + '\'';
}

std::string argument_of(const OptionDoc& option) {
  switch (option.argument) {
    case Argument::none:
      return {};
    case Argument::text:
      return " -x";
    case Argument::path:
      return " -r -F";
    case Argument::choice:
      return " -x -a " + quoted(join(option.choices, " "));
    case Argument::stage:
      return " -x -a '(__pipectl_names plan --names)'";
    case Argument::run:
      return " -x -a '(__pipectl_names runs --names)'";
  }
  return {};
}

void one_command(const CommandDoc& command, const std::string& condition, std::string& text) {
  const auto start = fmt::format("complete -c pipectl -n {}", quoted(condition));
  for (const auto& option : command.options) {
    text += start;
    if (!option.short_name.empty()) text += " -s " + option.short_name.substr(1);
    if (!option.long_name.empty()) text += " -l " + option.long_name.substr(2);
    text += argument_of(option) + " -d " + quoted(option.description) + '\n';
  }
  for (const auto& positional : command.positionals) {
    if (positional.argument == Argument::path) text += start + " -F\n";
    if (positional.argument != Argument::path && positional.argument != Argument::text)
      text += start + argument_of(positional) + '\n';
  }
  for (const auto& inner : command.commands) {
    text += fmt::format("{} -a {} -d {}\n", start, inner.name, quoted(inner.description));
  }
}

void inner_commands(const CommandDoc& command, const std::string& seen, std::string& text) {
  for (const auto& inner : command.commands) {
    auto condition = seen + "__fish_seen_subcommand_from " + inner.name;
    std::string others;
    for (const auto& deeper : inner.commands) others.append(" ").append(deeper.name);
    auto own = condition;
    if (!others.empty()) own.append("; and not __fish_seen_subcommand_from").append(others);
    one_command(inner, own, text);
    inner_commands(inner, condition + "; and ", text);
  }
}

}  // namespace

std::string fish_completion(const CommandDoc& root) {
  std::string text{head};
  one_command(root, "__fish_use_subcommand", text);
  inner_commands(root, "", text);
  return text;
}

}  // namespace pipectl::cli
