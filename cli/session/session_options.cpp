#include "cli/session/session_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/usage.hpp"

namespace pipectl::cli {

void add_view_option(CLI::App& command, ui::UiMode& mode) {
  const auto number = [](ui::UiMode one) { return static_cast<int>(one); };
  command.add_option("--ui", mode, "How to show the run")
      ->transform(numbered({{"auto", number(ui::UiMode::automatic)},
                            {"live", number(ui::UiMode::live)},
                            {"plain", number(ui::UiMode::plain)},
                            {"json", number(ui::UiMode::json)}}))
      ->type_name("auto|live|plain|json");
}

void add_secrets_file_option(CLI::App& command, std::string& path) {
  command
      .add_option("--secrets-file", path,
                  "Read secret values from a .env file that only you can read")
      ->type_name("PATH");
}

}  // namespace pipectl::cli
