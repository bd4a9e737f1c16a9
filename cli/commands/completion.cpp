#include "cli/docs/completion.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {
namespace {

std::string script_for(const std::string& shell, const CommandDoc& tree) {
  if (shell == "zsh") return zsh_completion(tree);
  if (shell == "fish") return fish_completion(tree);
  return bash_completion(tree);
}

}  // namespace

void add_completion(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("completion", "Print a completion script for a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(one_of(std::vector<std::string>{"bash", "zsh", "fish"}))
      ->type_name("bash|zsh|fish");
  command->footer(
      "bash:  pipectl completion bash > ~/.local/share/bash-completion/completions/pipectl\n"
      "zsh:   pipectl completion zsh > a folder of $fpath, as _pipectl\n"
      "fish:  pipectl completion fish > ~/.config/fish/completions/pipectl.fish");
  command->callback([shell, &root, &invocation] {
    const auto written = write_stdout(script_for(*shell, describe_commands(root)));
    invocation.exit_code = written ? 0 : report(written.error());
  });
}

}  // namespace pipectl::cli
