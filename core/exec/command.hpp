#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/env.hpp"

namespace pipectl {

/// A program to start. Never a line for a shell: `argv[0]` is looked up in the PATH of `env`.
struct Command {
  std::vector<std::string> argv;
  EnvMap env;                        ///< the whole environment of the child
  std::filesystem::path directory;   ///< working directory
  std::optional<std::string> input;  ///< bytes for stdin; nothing: /dev/null
};

/// How a child ended.
struct ExitStatus {
  bool signalled{false};
  int code{0};  ///< exit code, or the signal's number
  [[nodiscard]] bool success() const noexcept { return !signalled && code == 0; }
  /// As a shell reports it: the exit code, or 128+n.
  [[nodiscard]] int as_exit_code() const noexcept { return signalled ? 128 + code : code; }
};

}  // namespace pipectl
