#include "cli/usage.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using Words = std::vector<std::string>;

/// A validator has one text for what is wrong; what follows this mark is the hint.
constexpr std::string_view hint_mark = "\nhint: ";

std::string suggested(std::string_view word, const Words& words) {
  return suggestion(word, std::vector<std::string_view>(words.begin(), words.end()));
}

/// The command that was reached before something was wrong.
const CLI::App& innermost(const CLI::App& root) {
  const CLI::App* command = &root;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::string called(const CLI::App& command) {
  const auto* const parent = command.get_parent();
  return parent == nullptr ? command.get_name() : called(*parent) + ' ' + command.get_name();
}

Words commands_of(const CLI::App& command) {
  Words names;
  const auto visible =
      command.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); });
  for (const auto* sub : visible) names.push_back(sub->get_name());
  return names;
}

Words options_of(const CLI::App& command) {
  Words names;
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

Error usage(std::string message, std::string hint, const CLI::App& command) {
  if (hint.empty()) hint = fmt::format("'{} --help' says what there is", called(command));
  return {Fault::usage, std::move(message), std::move(hint)};
}

Error unexpected(std::string word, const CLI::App& command) {
  if (word.starts_with('-')) {
    word.resize(std::min(word.find('='), word.size()));
    return usage(fmt::format("unknown option '{}'", printable(word)),
                 suggested(word, options_of(command)), command);
  }
  const auto commands = commands_of(command);
  if (commands.empty())
    return usage(fmt::format("'{}' is one word too many", printable(word)), "", command);
  return usage(fmt::format("unknown command '{}'", printable(word)), suggested(word, commands),
               command);
}

/// What CLI11 says, with our hint when one of our validators said it.
Error as_told(std::string text, const CLI::App& command) {
  const auto mark = text.find(hint_mark);
  std::string hint;
  if (mark != std::string::npos) hint = text.substr(mark + hint_mark.size());
  text.resize(std::min(mark, text.size()));
  return usage(printable(text), std::move(hint), command);
}

std::string none_of(const std::string& word, const Words& words) {
  auto text = fmt::format("'{}' is none of {}", word, join(words, ", "));
  const auto hint = suggested(word, words);
  return hint.empty() ? text : text.append(hint_mark).append(hint);
}

}  // namespace

Error usage_error(const CLI::App& root, const CLI::ParseError& refused) {
  const auto& command = innermost(root);
  const auto rest = root.remaining(true);
  const bool is_about_rest = dynamic_cast<const CLI::ExtrasError*>(&refused) != nullptr ||
                             dynamic_cast<const CLI::RequiredError*>(&refused) != nullptr;
  if (is_about_rest && !rest.empty()) return unexpected(rest.front(), command);
  if (&command == &root && dynamic_cast<const CLI::RequiredError*>(&refused) != nullptr)
    return usage("no command", "'pipectl run' runs the pipeline; 'pipectl --help' lists all", root);
  return as_told(refused.what(), command);
}

CLI::Validator one_of(Words words) {
  return {[words = std::move(words)](std::string& text) {
            const bool known = std::find(words.begin(), words.end(), text) != words.end();
            return known ? std::string{} : none_of(text, words);
          },
          ""};
}

CLI::Validator numbered(std::map<std::string, int> words) {
  Words names;
  for (const auto& [name, number] : words) names.push_back(name);
  return {[words = std::move(words), names = std::move(names)](std::string& text) {
            const auto found = words.find(text);
            if (found == words.end()) return none_of(text, names);
            text = std::to_string(found->second);
            return std::string{};
          },
          ""};
}

CLI::Validator whole_number(unsigned least, unsigned most) {
  return {[least, most](std::string& text) {
            unsigned number = 0;
            const auto* const end = text.data() + text.size();
            const auto [at, error] = std::from_chars(text.data(), end, number);
            const bool fits =
                error == std::errc{} && at == end && number >= least && number <= most;
            if (fits) return std::string{};
            return fmt::format("'{}' is no whole number from {} to {}", text, least, most);
          },
          ""};
}

}  // namespace pipectl::cli
