#include "cli/session/resume_record.hpp"

#include <fmt/format.h>

#include <map>

#include "cli/session/release_request.hpp"
#include "core/engine/params.hpp"

namespace pipectl::cli {
namespace {

using Values = std::map<std::string, std::string>;

bool differs(const std::string& given, const std::string& stored) {
  return !given.empty() && given != stored;
}

/// A value of the command line that the run does not have, or empty.
std::string other_value(const Values& given, const Values& stored) {
  for (const auto& [name, value] : given) {
    const auto found = stored.find(name);
    if (found == stored.end() || found->second != value) return name;
  }
  return {};
}

/// The option that gives another value than the run has, or empty.
Result<std::string> other_option(const PipelineOptions& options, const store::RunRequest& request,
                                 const std::filesystem::path& cwd) {
  const std::string variable = other_value(TRY(given_variables(options, cwd)), request.variables);
  if (!variable.empty()) return "-e " + variable;
  const std::string param = other_value(TRY(given_params(options)), request.params);
  if (!param.empty()) return "-p " + param;
  if (differs(options.environment, request.environment)) return "-E";
  if (differs(options.event, std::string{to_string(request.event.kind)})) return "--event";
  if (differs(options.branch, request.git.branch)) return "--branch";
  if (differs(options.tag, request.git.tag)) return "--tag";
  if (!options.selection.empty() && selection_to_json(options.selection) != request.selection)
    return "the selection of stages";
  return std::string{};
}

std::string short_sha(const std::string& sha) { return sha.substr(0, 10); }

}  // namespace

Result<std::optional<store::RunRecord>> find_resumable(store::RunStore& store,
                                                       const std::filesystem::path& file,
                                                       const RunOptions& options,
                                                       const std::filesystem::path& cwd) {
  std::optional<store::RunRecord> record;
  if (*options.resume == "latest")
    record = TRY(store.latest(file.string()));
  else
    record = TRY(store.load(*options.resume));
  if (!record) return record;
  if (record->request.file != file.string())
    return fail(Fault::usage, fmt::format("run {} is one of {}", record->id, record->request.file),
                "name that file, or another run");
  const std::string other = TRY(other_option(options.pipeline, record->request, cwd));
  if (!other.empty())
    return fail(Fault::usage,
                fmt::format("a resumed run keeps its parameters, variables, event and selection: "
                            "run {} was started without this {}",
                            record->id, other),
                "leave the option out, or start a new run without --resume");
  return record;
}

Result<void> check_same_file(const store::RunRecord& record, const PipelineFile& file) {
  if (record.request.digest == file.loaded.digest) return {};
  return fail(Fault::usage,
              fmt::format("{} has changed since run {}", file.file.string(), record.id),
              "a run is resumed with the file it started with: put it back, or start a new run "
              "without --resume");
}

Result<void> check_same_commit(const store::RunRecord& record, const PipelineFile& file,
                               const Invocation& invocation) {
  const std::string& then = record.request.git.sha;
  const std::string now = TRY(current_commit(file, invocation)).sha;
  if (then == now || is_own_commit(record, now)) return {};
  return fail(Fault::usage,
              fmt::format("run {} is of {}; the working tree is of {}", record.id,
                          then.empty() ? "no commit" : "commit " + short_sha(then),
                          now.empty() ? "none" : "commit " + short_sha(now)),
              then.empty() ? "start a new run without --resume"
                           : fmt::format("start a new run without --resume, or go back with 'git "
                                         "checkout {}'",
                                         short_sha(then)));
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
