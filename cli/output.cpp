#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <tuple>

#include "cli/app.hpp"
#include "core/base/write_all.hpp"

namespace pipectl::cli {

Result<Reader> write_to_reader(std::string_view data) {
  std::ignore = std::signal(SIGPIPE, SIG_IGN);
  const int error = write_all(STDOUT_FILENO, data);
  if (error == 0) return Reader::there;
  if (error == EPIPE) return Reader::gone;
  return fail(Fault::infrastructure,
              fmt::format("cannot write to stdout: {}", std::strerror(error)));
}

Result<void> write_stdout(std::string_view data) {
  TRY(write_to_reader(data));
  return {};
}

ui::Terminal stdout_terminal(const EnvMap& environment) {
  return ui::decide(ui::query_terminal(STDOUT_FILENO), environment);
}

int exit_code_or_report(const Result<int>& result) {
  return result ? *result : report(result.error());
}

}  // namespace pipectl::cli
