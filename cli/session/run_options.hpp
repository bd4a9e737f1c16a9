#pragma once

#include <optional>
#include <string>

#include "cli/pipeline_options.hpp"
#include "cli/ui/terminal.hpp"
#include "core/base/result.hpp"
#include "core/engine/workspace.hpp"
#include "core/exec/jobserver.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// What `run` was asked for.
struct RunOptions {
  PipelineOptions pipeline;
  unsigned jobs{0};  ///< 0: as many as there are processors
  bool keep_going{false};
  bool dry_run{false};
  bool no_cache{false};
  bool quiet{false};
  ui::UiMode ui{ui::UiMode::automatic};
  WorktreeMode worktree{WorktreeMode::dirty};
  JobserverStyle jobserver{JobserverStyle::pipe};
  std::string secrets_file;
  std::optional<std::string> resume;  ///< a run, or `latest`
  std::string deploy_to;              ///< environment whose deploys alone are meant; empty: all
  bool only_releases{false};          ///< stages that release alone are meant
  std::string rotate;                 ///< secret whose rotations alone are meant; empty: all
  /// Instead of deploying, back to the release of this run; empty: the one before.
  std::optional<std::string> go_back;
};

/// What of the options makes a run what it is, as the store keeps it: a resumed run must select the
/// same stages and use the same tree, whatever its command line says.
[[nodiscard]] std::string selection_to_json(const plan::Selection& selection);
[[nodiscard]] Result<plan::Selection> selection_from_json(const std::string& text);
[[nodiscard]] std::string options_to_json(const RunOptions& options);
/// What each node of the plan needs, by position, for `explain`; nothing where that is too much to
/// keep.
[[nodiscard]] std::vector<std::vector<std::size_t>> needs_by_position(const plan::Plan& plan);
/// For the record: what the selection, the event or -E leaves out.
[[nodiscard]] std::vector<store::RunRequest::LeftOut> left_out_before(const plan::Plan& plan);
/// Reads `worktree`, `deploy_to` and `go_back` back; the rest is for people.
Result<void> options_from_json(const std::string& text, RunOptions& options);

}  // namespace pipectl::cli
