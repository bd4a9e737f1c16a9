#pragma once

#include <string>

#include "cli/ui/terminal.hpp"

namespace CLI {
class App;
}

namespace pipectl::cli {

/// The options of every command that begins a session, so that they mean the same.

/// --ui auto|live|plain|json.
void add_view_option(CLI::App& command, ui::UiMode& mode);
/// --secrets-file PATH.
void add_secrets_file_option(CLI::App& command, std::string& path);

}  // namespace pipectl::cli
