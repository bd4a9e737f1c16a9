#pragma once

#include <optional>
#include <string>

#include "cli/pipeline_input.hpp"
#include "cli/session/run_options.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// The run to go on with, or nothing when there is none yet (a new one is then started). Refused
/// (Fault::usage) when the run belongs to another pipeline file, and when the command line gives
/// other values than the run has.
[[nodiscard]] Result<std::optional<store::RunRecord>> find_resumable(
    store::RunStore& store, const std::filesystem::path& file, const RunOptions& options,
    const std::filesystem::path& cwd);

/// Fault::usage when the file has changed since.
[[nodiscard]] Result<void> check_same_file(const store::RunRecord& record,
                                           const PipelineFile& file);
/// For a run in the working tree: Fault::usage when that is of another commit than the run was.
/// What the run already did, and what it tells its stages of git, is of that commit.
[[nodiscard]] Result<void> check_same_commit(const store::RunRecord& record,
                                             const PipelineFile& file,
                                             const Invocation& invocation);

/// The input that the earlier try had: its event, commit, parameters, variables and selection.
[[nodiscard]] Result<RunInput> input_of(const store::RunRecord& record, const PipelineFile& file,
                                        RunOptions& options);

/// What the store keeps of a new run, so that it can be resumed.
[[nodiscard]] store::RunRequest request_of(const PipelineFile& file, const RunInput& input,
                                           const RunOptions& options);

}  // namespace pipectl::cli
