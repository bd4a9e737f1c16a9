#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/pipeline_input.hpp"
#include "core/engine/run_values.hpp"
#include "core/engine/secret_vault.hpp"
#include "core/engine/workspace.hpp"

namespace pipectl::cli {

struct WorkspaceSetup {
  const PipelineFile& file;
  WorktreeMode mode;
  std::filesystem::path run_dir;
  std::filesystem::path cache_dir;
  const EnvMap& environment;
  SecretVault& vault;
  const Redactor& redactor;
};

/// Makes the run's workspace, with a progress line on stderr while a checkout goes on. What it
/// learns of the commit is kept beside the workspace, for a resumed run.
[[nodiscard]] Result<Workspace> set_up_workspace(const WorkspaceSetup& setup, const RunFacts& facts,
                                                 const CancelToken& cancel);

/// What is known of a commit, with what the CI system or the command line had said on top.
[[nodiscard]] GitInfo overlay(GitInfo checked_out, const GitInfo& told);

/// For RunFacts: asks the repository at most once, and only when a condition wants to know; from
/// any thread, for the env of steps is evaluated by workers. Where a repository cannot tell, the
/// reason and the way out go to stderr.
[[nodiscard]] std::function<std::optional<std::vector<std::string>>()> changed_files_once(
    const std::filesystem::path& root, const Event& event);

}  // namespace pipectl::cli
