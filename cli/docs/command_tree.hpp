#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace pipectl::cli {

/// What stands behind an option on the command line.
enum class Argument {
  none,  ///< a flag
  text,
  choice,  ///< one of `choices`
  path,
  stage,  ///< a stage, a matrix instance or a group
  run,    ///< a run in the store
};

struct OptionDoc {
  std::string short_name;  ///< `-s`, or empty
  std::string long_name;   ///< `--stage`, or empty
  std::string type_name;   ///< `NAME`
  std::string description;
  Argument argument{Argument::none};
  std::vector<std::string> choices;
};

struct CommandDoc {
  std::string name;
  std::string description;
  std::vector<OptionDoc> options;
  std::vector<OptionDoc> positionals;  ///< `long_name` is empty, `type_name` the name shown
  std::vector<CommandDoc> commands;
};

/// The command line as data: what completion and the manual page are made of, so that neither can
/// be out of date. Commands without a group in help are left out.
[[nodiscard]] CommandDoc describe_commands(const CLI::App& root);

}  // namespace pipectl::cli
