#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <tuple>

#include "cli/app.hpp"

namespace pipectl::cli {

Result<void> write_stdout(std::string_view data) {
  std::ignore = std::signal(SIGPIPE, SIG_IGN);
  while (!data.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return {};
    if (written < 0)
      return fail(Fault::infrastructure,
                  fmt::format("cannot write to stdout: {}", std::strerror(errno)));
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

ui::Terminal stdout_terminal(const EnvMap& environment) {
  return ui::decide(ui::query_terminal(STDOUT_FILENO), environment);
}

int exit_code_or_report(const Result<int>& result) {
  return result ? *result : report(result.error());
}

}  // namespace pipectl::cli
