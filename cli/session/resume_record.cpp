#include "cli/session/resume_record.hpp"

#include <fmt/format.h>

#include "core/engine/params.hpp"

namespace pipectl::cli {
namespace {

bool gives_values(const PipelineOptions& options) {
  return !options.params.empty() || !options.variables.empty() || !options.env_files.empty() ||
         !options.event.empty() || !options.branch.empty() || !options.tag.empty() ||
         !options.environment.empty() || !options.selection.empty();
}

}  // namespace

Result<std::optional<store::RunRecord>> find_resumable(store::RunStore& store,
                                                       const PipelineFile& file,
                                                       const RunOptions& options) {
  if (gives_values(options.pipeline))
    return fail(Fault::usage, "a resumed run keeps its parameters, variables, event and selection",
                "leave these options out, or start a new run without --resume");
  std::optional<store::RunRecord> record;
  if (*options.resume == "latest")
    record = TRY(store.latest(file.file.string()));
  else
    record = TRY(store.load(*options.resume));
  if (!record) return record;
  if (record->request.file != file.file.string())
    return fail(Fault::usage,
                fmt::format("run {} is one of {}", record->id, record->request.file),
                "name that file, or another run");
  if (record->request.digest != file.loaded.digest)
    return fail(Fault::usage,
                fmt::format("{} has changed since run {}", file.file.string(), record->id),
                "a run is resumed with the file it started with: put it back, or start a new run "
                "without --resume");
  return record;
}

Result<RunInput> input_of(const store::RunRecord& record, const PipelineFile& file,
                          RunOptions& options) {
  const store::RunRequest& request = record.request;
  RunInput input;
  input.event = request.event;
  input.git = request.git;
  input.given = request.params;
  input.params = TRY(resolve_params(file.loaded.pipeline, request.params));
  input.variables = request.variables;
  input.environment = request.environment;
  options.pipeline.selection = TRY(selection_from_json(request.selection));
  TRY(options_from_json(request.options, options));
  input.plan = TRY(plan_for(file.loaded.pipeline, input, options.pipeline.selection));
  return input;
}

store::RunRequest request_of(const PipelineFile& file, const RunInput& input,
                             const RunOptions& options) {
  store::RunRequest request;
  request.pipeline = file.loaded.pipeline.name;
  request.file = file.file.string();
  request.digest = file.loaded.digest;
  request.workspace = file.root.string();
  request.event = input.event;
  request.git = input.git;
  request.params = input.given;
  request.variables = input.variables;
  request.environment = input.environment;
  request.selection = selection_to_json(options.pipeline.selection);
  request.options = options_to_json(options);
  for (const auto& node : input.plan.nodes) request.stages.push_back(node.name);
  request.needs = needs_by_position(input.plan);
  request.left_out = left_out_before(input.plan);
  return request;
}

}  // namespace pipectl::cli
