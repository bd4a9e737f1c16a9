#include "cli/docs/man_page.hpp"

#include <fmt/format.h>

#include <array>

namespace pipectl::cli {
namespace {

struct Entry {
  std::string_view term;
  std::string_view text;
};

constexpr std::string_view description =
    "pipectl runs a delivery pipeline that is written once, in YAML: from a checkout through lint, "
    "test, build and security to a deployment that is healthy or undone. It runs the same on a "
    "laptop and inside any CI system; it needs no daemon, no server and no account. Every change "
    "of "
    "state is written down before it is acted on, so a run that was killed can be resumed.";

constexpr std::array files{
    Entry{"pipeline.yaml, pipeline.yml, .pipectl.yaml",
          "The pipeline: looked for here, then in each parent folder up to the root of the "
          "repository."},
    Entry{".pipectl/",
          "Runs, logs, artifacts and caches, beside the pipeline file. Size and age are limited. "
          "Safe to remove when nothing runs."},
};

constexpr std::array environment{
    Entry{"PIPECTL_STATE_DIR", "Used instead of .pipectl/."},
    Entry{"NO_COLOR", "Set and not empty: no colours."},
    Entry{"CLICOLOR_FORCE", "Set and not 0: colours even into a file. NO_COLOR wins."},
    Entry{"TERM", "dumb: no redrawing, no colours."},
    Entry{"LC_ALL, LC_CTYPE, LANG", "Without UTF-8 the output is ASCII."},
    Entry{"CI", "Set: the plain view is the default, also on a terminal."},
    Entry{"GITHUB_ACTIONS, GITLAB_CI", "true: the log is folded in the form of that system."},
    Entry{"GITHUB_STEP_SUMMARY", "A summary in Markdown is appended to this file."},
};

constexpr std::array exit_codes{
    Entry{"0", "Everything passed, or warned."},
    Entry{"1", "A stage or a gate failed."},
    Entry{"2", "The command line or the file is wrong; nothing ran."},
    Entry{"3", "The world around it failed: a full disk, no network, a missing tool."},
    Entry{"4", "It waits for an approval."},
    Entry{"5", "A deploy failed and was undone."},
    Entry{"6", "A deploy failed and could not be undone."},
    Entry{"70", "A bug in pipectl."},
    Entry{"128+n", "Interrupted by signal n."},
};

constexpr std::array examples{
    Entry{"pipectl init", "Write a pipeline for the project in this folder."},
    Entry{"pipectl run", "Run it."},
    Entry{"pipectl run --until test -j 4", "Up to the tests, at most four stages at once."},
    Entry{"pipectl run --resume", "Go on with the run that failed."},
    Entry{"pipectl plan --event pull_request", "What would a pull request run, and why?"},
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string entry(std::string_view term, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", term, escaped(text));
}

template <class Entries>
std::string section(std::string_view name, const Entries& entries) {
  std::string text = fmt::format(".SH {}\n", name);
  for (const Entry& one : entries) text += entry("\\fB" + escaped(one.term) + "\\fR", one.text);
  return text;
}

std::string term_of(const OptionDoc& option) {
  std::string term;
  if (!option.short_name.empty()) term += "\\fB" + escaped(option.short_name) + "\\fR";
  if (!option.short_name.empty() && !option.long_name.empty()) term += ", ";
  if (!option.long_name.empty()) term += "\\fB" + escaped(option.long_name) + "\\fR";
  if (!option.type_name.empty()) term += " \\fI" + escaped(option.type_name) + "\\fR";
  return term;
}

std::string options_of(const CommandDoc& command) {
  std::string text;
  for (const auto& positional : command.positionals)
    text += entry("\\fI" + escaped(positional.type_name) + "\\fR", positional.description);
  for (const auto& option : command.options) text += entry(term_of(option), option.description);
  return text;
}

std::string command_section(const CommandDoc& command, const std::string& name) {
  std::string text = fmt::format(".SS {}\n{}\n", escaped(name), escaped(command.description));
  text += options_of(command);
  for (const auto& inner : command.commands)
    text += command_section(inner, name + ' ' + inner.name);
  return text;
}

}  // namespace

std::string man_page(const CommandDoc& root) {
  std::string text =
      fmt::format(".TH PIPECTL 1 \"\" \"pipectl {}\" \"User Commands\"\n", PIPECTL_VERSION);
  text += ".SH NAME\npipectl \\- run a delivery pipeline, the same everywhere\n";
  text += ".SH SYNOPSIS\n.B pipectl\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIFILE\\fR]\n";
  text += fmt::format(".SH DESCRIPTION\n{}\n", escaped(description));
  text += ".SH OPTIONS\n" + options_of(root) + ".SH COMMANDS\n";
  for (const auto& command : root.commands) text += command_section(command, command.name);
  text += section("FILES", files) + section("ENVIRONMENT", environment);
  text += section("EXIT STATUS", exit_codes) + section("EXAMPLES", examples);
  return text;
}

}  // namespace pipectl::cli
