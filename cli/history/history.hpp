#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "cli/app.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/terminal.hpp"
#include "core/store/run_store.hpp"

namespace CLI {
class App;
}

namespace pipectl::cli {

// What runs, logs and explain share.

struct HistoryOptions {
  std::string file;  ///< of the pipeline, whose history is meant
  bool json{false};
};
void add_history_options(CLI::App& command, HistoryOptions& options);

/// The state directory that a call from here means; empty when there is none.
[[nodiscard]] Result<std::filesystem::path> history_dir(const HistoryOptions& options,
                                                        const Invocation& invocation);

/// The store of PIPECTL_STATE_DIR, or beside the pipeline file, or in the nearest `.pipectl` above.
/// Null where nothing has run yet.
[[nodiscard]] Result<std::unique_ptr<store::RunStore>> open_history(const HistoryOptions& options,
                                                                    const Invocation& invocation);
/// The same, but nothing to show is an error.
[[nodiscard]] Result<std::unique_ptr<store::RunStore>> need_history(const HistoryOptions& options,
                                                                    const Invocation& invocation);

/// The stage of that name. Fault::usage with a suggestion when the run has none; a stage with a
/// matrix stands for its one instance, or is asked for by the instance's name.
[[nodiscard]] Result<const store::StageRecord*> find_stage(const store::RunRecord& run,
                                                           const std::string& name);

/// How a run stands, in a word.
struct RunResult {
  std::string_view word;  ///< `passed`, `failed`, `running`, `unfinished`, …
  ui::Paint paint{ui::Paint::none};
};
[[nodiscard]] RunResult result_of(const store::RunRecord& run, bool is_running) noexcept;

/// `2026-11-20 15:52:01` in the local time zone.
[[nodiscard]] std::string local_time(WallTime time);

}  // namespace pipectl::cli
