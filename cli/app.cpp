#include "cli/app.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>
#include <tuple>

#include "cli/commands/commands.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {
namespace {

int parse_and_run(CLI::App& root, int argc, char** argv, const Invocation& invocation) {
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Not an error: --help, --version.
    if (error.get_exit_code() == 0) return root.exit(error);
    return report(usage_error(root, error));
  }
  return invocation.exit_code;
}

// Else a socket or a database of ours would become what everybody writes to.
void open_closed_streams() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
    ::fcntl(fd, F_SETFD, 0);
  }
}

}  // namespace

int exit_code_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::usage:
      return 2;
    case Fault::step:
      return 1;
    case Fault::infrastructure:
      return 3;
    case Fault::cancelled:
      return 130;
    case Fault::bug:
      return 70;
  }
  return 70;
}

int run_app(int argc, char** argv, Seams seams) {
  open_closed_streams();
  // Asked often by scripts: answered before the command tree is built.
  if (argc == 2 && std::string_view{argv[1]} == "--version") {
    std::puts("pipectl " PIPECTL_VERSION);
    return 0;
  }
  Invocation invocation{host_environment(), std::filesystem::current_path(), 0, std::move(seams)};
  CLI::App root{"Runs a delivery pipeline, written once in YAML, the same everywhere", "pipectl"};
  root.require_subcommand(1);
  root.set_version_flag("--version", "pipectl " PIPECTL_VERSION);
  add_commands(root, invocation);
  return parse_and_run(root, argc, argv, invocation);
}

std::filesystem::path state_dir(const Invocation& invocation,
                                const std::filesystem::path& pipeline_file) {
  const auto set = invocation.env.find("PIPECTL_STATE_DIR");
  if (set != invocation.env.end() && !set->second.empty())
    return std::filesystem::absolute(invocation.cwd / set->second);
  return pipeline_file.parent_path() / ".pipectl";
}

int report(const Error& error) {
  std::ignore = std::fprintf(stderr, "pipectl: error: %s\n", error.message.c_str());
  if (!error.hint.empty()) std::ignore = std::fprintf(stderr, "  hint: %s\n", error.hint.c_str());
  return exit_code_of(error.fault);
}

}  // namespace pipectl::cli
