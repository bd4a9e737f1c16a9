#include <fmt/format.h>

#include "cli/docs/completion.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

constexpr std::string_view bash_head =
    R"bash(# bash completion for pipectl; made by `pipectl completion bash`

# Names hold spaces and parentheses: they are offered quoted.
_pipectl_names() {
  local name
  while IFS= read -r name; do
    [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
  done < <(command pipectl "$@" 2>/dev/null)
}

_pipectl_words() {
  local IFS=$' \t\n'
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

_pipectl_files() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -- "$cur"))
}

_pipectl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path='' word i
  COMPREPLY=()
  # `--ui=live` comes as three words.
  if [[ $cur == = ]]; then cur=''; fi
  if [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case "$path $word" in
)bash";

constexpr std::string_view bash_tail = R"bash(  esac
}

complete -F _pipectl pipectl
)bash";

std::string names_of(const OptionDoc& option, std::string_view separator) {
  if (option.short_name.empty()) return option.long_name;
  if (option.long_name.empty()) return option.short_name;
  return option.short_name + std::string{separator} + option.long_name;
}

std::string complete_argument(const OptionDoc& option) {
  switch (option.argument) {
    case Argument::choice:
      return fmt::format("_pipectl_words '{}'", join(option.choices, " "));
    case Argument::stage:
      return "_pipectl_names plan --names";
    case Argument::run:
      return "_pipectl_names runs --names";
    case Argument::path:
      return "_pipectl_files";
    default:
      return ":";
  }
}

// The words that name a command: ` run`, ` runs show`.
void known_paths(const CommandDoc& command, const std::string& path, std::string& text) {
  for (const auto& inner : command.commands) {
    const auto own = path + " " + inner.name;
    text += fmt::format("      '{}') path='{}' ;;\n", own, own);
    known_paths(inner, own, text);
  }
}

void bash_command(const CommandDoc& command, const std::string& path, std::string& text) {
  text += fmt::format("    '{}')\n      case \"$prev\" in\n", path);
  std::string words;
  for (const auto& option : command.options) {
    words += names_of(option, " ") + ' ';
    if (option.argument != Argument::none)
      text += fmt::format("        {}) {}; return ;;\n", names_of(option, "|"),
                          complete_argument(option));
  }
  text += "      esac\n";
  for (const auto& inner : command.commands) words += inner.name + ' ';
  text += fmt::format("      if [[ $cur == -* || -z $cur ]]; then _pipectl_words '{}'; fi\n",
                      trim(words));
  std::string inner_words;
  for (const auto& inner : command.commands) inner_words += inner.name + ' ';
  if (!inner_words.empty())
    text += fmt::format("      if [[ $cur != -* && -n $cur ]]; then _pipectl_words '{}'; fi\n",
                        trim(inner_words));
  for (const auto& positional : command.positionals)
    text += fmt::format("      [[ $cur == -* ]] || {}\n", complete_argument(positional));
  text += "      ;;\n";
  for (const auto& inner : command.commands) bash_command(inner, path + " " + inner.name, text);
}

}  // namespace

std::string bash_completion(const CommandDoc& root) {
  std::string text{bash_head};
  known_paths(root, "", text);
  text += "    esac\n  done\n  case \"$path\" in\n";
  bash_command(root, "", text);
  return text.append(bash_tail);
}

}  // namespace pipectl::cli
