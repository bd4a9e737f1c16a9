#include "cli/docs/command_tree.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Argument argument_of(const OptionDoc& option, bool takes_value) {
  if (!takes_value) return Argument::none;
  if (!option.choices.empty()) return Argument::choice;
  if (is_one_of(option.long_name, {"--stage", "--from", "--until", "--skip"}) ||
      option.type_name == "STAGE")
    return Argument::stage;
  if (option.type_name == "RUN") return Argument::run;
  return is_one_of(option.type_name, {"PATH", "FILE"}) ? Argument::path : Argument::text;
}

OptionDoc describe(const CLI::Option& option) {
  OptionDoc doc;
  if (!option.get_snames().empty()) doc.short_name = "-" + option.get_snames().front();
  if (!option.get_lnames().empty()) doc.long_name = "--" + option.get_lnames().front();
  doc.description = option.get_description();
  const bool takes_value = option.get_type_size_max() > 0 && option.get_expected_max() > 0;
  if (option.nonpositional())
    doc.type_name = takes_value ? option.get_type_name() : std::string{};
  else
    doc.type_name = option.get_name(true);
  const auto type = option.get_type_name();
  if (type.find('|') != std::string::npos)
    for (const auto choice : split(type, '|')) doc.choices.emplace_back(choice);
  doc.argument = argument_of(doc, takes_value);
  return doc;
}

}  // namespace

CommandDoc describe_commands(const CLI::App& root) {
  CommandDoc doc;
  doc.name = root.get_name();
  doc.description = root.get_description();
  for (const auto* option : root.get_options({})) {
    if (option->get_group().empty()) continue;
    (option->nonpositional() ? doc.options : doc.positionals).push_back(describe(*option));
  }
  for (const auto* command : root.get_subcommands({}))
    if (!command->get_group().empty()) doc.commands.push_back(describe_commands(*command));
  return doc;
}

}  // namespace pipectl::cli
