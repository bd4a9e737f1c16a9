#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/init/project.hpp"
#include "cli/output.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

constexpr std::string_view file_name = "pipeline.yaml";

struct InitOptions {
  std::string template_name;
  bool to_stdout{false};
  bool force{false};
};

Result<std::vector<Toolchain>> choose(const InitOptions& options, const Invocation& invocation) {
  if (!options.template_name.empty())
    return std::vector<Toolchain>{TRY(toolchain_of(options.template_name, invocation.cwd))};
  auto found = detect(invocation.cwd, make_registry());
  if (found.empty()) {
    fmt::print(stderr, "pipectl: no project that it knows here; writing a pipeline to fill in\n");
    found.push_back(TRY(toolchain_of("minimal", invocation.cwd)));
  }
  return found;
}

std::string names_of(const std::vector<Toolchain>& toolchains) {
  std::vector<std::string> names;
  names.reserve(toolchains.size());
  for (const auto& toolchain : toolchains) names.push_back(toolchain.name);
  return join(names, ", ");
}

Result<int> init(const InitOptions& options, const Invocation& invocation) {
  const auto toolchains = TRY(choose(options, invocation));
  const auto text = write_pipeline(invocation.cwd.filename().string(), toolchains);
  if (options.to_stdout) {
    TRY(write_stdout(text));
    return 0;
  }
  const auto file = invocation.cwd / file_name;
  std::error_code ignored;
  if (!options.force && std::filesystem::exists(std::filesystem::symlink_status(file, ignored)))
    return fail(Fault::usage, fmt::format("{} is already there", file_name),
                "--force writes over it, --stdout shows what would be written");
  TRY(write_file_atomically(file, text));
  fmt::print(stderr, "pipectl: wrote {} for: {}\n  next: pipectl plan, then pipectl run\n",
             file_name, names_of(toolchains));
  return 0;
}

}  // namespace

void add_init(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("init", "Write a pipeline for the project in this folder");
  const auto options = std::make_shared<InitOptions>();
  command->add_option("--template", options->template_name, "Write this one, whatever is here")
      ->type_name(join(template_names(), "|"));
  command->add_flag("--stdout", options->to_stdout, "Print it instead of writing pipeline.yaml");
  command->add_flag("--force", options->force, "Write over a pipeline.yaml that is there");
  command->callback([options, &invocation] {
    invocation.exit_code = exit_code_or_report(init(*options, invocation));
  });
}

}  // namespace pipectl::cli
