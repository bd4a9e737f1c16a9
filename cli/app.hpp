#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/api/registry.hpp"
#include "core/base/env.hpp"
#include "core/base/http.hpp"
#include "core/store/journal.hpp"
#include "core/store/outbox.hpp"

namespace pipectl::cli {

/// Where a test program puts something between pipectl and the world. Empty in the product.
struct Seams {
  std::function<std::unique_ptr<store::Journal>(std::unique_ptr<store::Journal>)> wrap_journal;
  std::function<std::unique_ptr<store::Outbox>(std::unique_ptr<store::Outbox>)> wrap_outbox;
  std::function<std::unique_ptr<HttpClient>(std::unique_ptr<HttpClient>)> wrap_http;
};

/// What every command may use. Made once by the composition root; outlives every command.
struct Invocation {
  EnvMap env;  ///< of this process
  std::filesystem::path cwd;
  int exit_code{0};  ///< set by the command that ran
  Seams seams{};
};

/// Parses the command line, runs the one command that it names, returns the process's exit code.
int run_app(int argc, char** argv, Seams seams = {});

/// Every part of this build. The one place that knows all of them.
[[nodiscard]] Registry make_registry();

/// `.pipectl/` beside the pipeline file; PIPECTL_STATE_DIR overrides.
[[nodiscard]] std::filesystem::path state_dir(const Invocation& invocation,
                                              const std::filesystem::path& pipeline_file);

/// What pipectl ends with when this kind of error keeps it from its work.
[[nodiscard]] int exit_code_of(Fault fault) noexcept;

/// `pipectl: error: MESSAGE`, then `  hint: HINT`, to stderr. Returns the exit code of its fault.
int report(const Error& error);

}  // namespace pipectl::cli
