#include "cli/pipeline_input.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/given_file.hpp"
#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"
#include "core/engine/params.hpp"
#include "core/git/ci_event.hpp"
#include "core/git/repository.hpp"
#include "core/model/event_kinds.hpp"
#include "plugins/secrets/sources.hpp"

namespace pipectl::cli {
namespace {

using Values = std::map<std::string, std::string>;

Result<void> assign(std::string_view text, std::string_view option, Values& values) {
  const std::size_t at = text.find('=');
  if (at == std::string_view::npos || at == 0)
    return fail(Fault::usage, fmt::format("{} '{}' is no NAME=VALUE", option, printable(text)),
                fmt::format("write {} NAME=VALUE", option));
  values[std::string{text.substr(0, at)}] = text.substr(at + 1);
  return {};
}

Result<Values> variables(const PipelineOptions& options, const Pipeline& pipeline,
                         const std::filesystem::path& cwd) {
  Values values = TRY(given_variables(options, cwd));
  for (const auto& [name, value] : values) {
    if (!is_env_name(name))
      return fail(Fault::usage, fmt::format("-e: '{}' is no name of a variable", printable(name)));
    if (pipeline.secret(name) != nullptr)
      return fail(Fault::usage, fmt::format("-e may not set {}: it is declared as a secret", name),
                  "give it through its source, or with --secrets-file");
  }
  return values;
}

Result<void> apply_overrides(const PipelineOptions& options, Event& event, GitInfo& git) {
  if (!options.tag.empty()) {
    git.tag = event.tag = options.tag;
    event.kind = EventKind::tag;
  }
  if (!options.branch.empty()) git.branch = event.branch = options.branch;
  if (options.event.empty()) return {};
  const auto kind = parse_event_kind(options.event);
  if (!kind) {
    std::vector<std::string> kinds;
    kinds.reserve(std::size(all_event_kinds));
    for (const auto one : all_event_kinds) kinds.emplace_back(to_string(one));
    const std::vector<std::string_view> names(kinds.begin(), kinds.end());
    const std::string maybe = suggestion(options.event, names);
    return fail(Fault::usage, fmt::format("--event: '{}' is no event", printable(options.event)),
                maybe.empty() ? "one of " + join(kinds, ", ") : maybe);
  }
  event.kind = *kind;
  return {};
}

/// What the CI system says wins over the repository, whose head is detached there.
GitInfo merged(GitInfo local, const GitInfo& told) {
  const auto take = [](std::string& into, const std::string& from) {
    if (!from.empty()) into = from;
  };
  take(local.sha, told.sha);
  take(local.short_sha, told.short_sha);
  take(local.branch, told.branch);
  take(local.tag, told.tag);
  take(local.author, told.author);
  take(local.message, told.message);
  return local;
}

void leave_out_other_environments(plan::Plan& plan, const std::string& environment) {
  if (environment.empty()) return;
  for (auto& node : plan.nodes) {
    const std::string& own = node.stage->environment;
    if (own.empty() || own == environment || node.skip != SkipCause::none) continue;
    node.skip = SkipCause::deselected;
    node.skip_reason = fmt::format("deploys to {}, -E names {}", own, environment);
  }
}

Result<void> check_environment_name(const Pipeline& pipeline, const std::string& name) {
  if (name.empty() || pipeline.environment(name) != nullptr) return {};
  std::vector<std::string_view> names;
  for (const auto& environment : pipeline.environments) names.push_back(environment.name);
  return fail(Fault::usage, fmt::format("-E: there is no environment '{}'", printable(name)),
              suggestion(name, names));
}

}  // namespace

Result<Values> given_variables(const PipelineOptions& options, const std::filesystem::path& cwd) {
  Values values;
  for (const auto& file : options.env_files)
    for (auto& [name, value] :
         TRY(parse_dotenv(TRY(read_given_file(cwd / file, "--env-file")), file)))
      values[name] = value;
  for (const auto& text : options.variables) TRY(assign(text, "-e", values));
  return values;
}

Result<Values> given_params(const PipelineOptions& options) {
  Values values;
  for (const auto& text : options.params) TRY(assign(text, "-p", values));
  return values;
}

std::filesystem::path shown_path(const std::filesystem::path& file,
                                 const std::filesystem::path& cwd) {
  const auto relative = file.lexically_relative(cwd);
  return relative.empty() || relative.string().starts_with("../..") ? file : relative;
}

Result<std::filesystem::path> find_pipeline(const PipelineOptions& options,
                                            const Invocation& invocation) {
  const auto found = TRY(config::find_file(options.file, invocation.cwd));
  return std::filesystem::absolute(found).lexically_normal();
}

Result<std::unique_ptr<PipelineFile>> load_pipeline(const PipelineOptions& options,
                                                    const Invocation& invocation,
                                                    const Registry& registry) {
  const auto variables = TRY(given_variables(options, invocation.cwd));
  return load_pipeline_with(variables, options, invocation, registry);
}

Result<std::unique_ptr<PipelineFile>> load_pipeline_with(const Values& variables,
                                                         const PipelineOptions& options,
                                                         const Invocation& invocation,
                                                         const Registry& registry) {
  auto file = std::make_unique<PipelineFile>();
  file->file = TRY(find_pipeline(options, invocation));
  const auto root = git::find_root(file->file.parent_path());
  file->in_repository = root.has_value();
  file->root = root.value_or(file->file.parent_path());
  const auto shown = shown_path(file->file, invocation.cwd);
  config::Variables set_outside;
  for (const auto& [name, value] : variables) set_outside.insert(name);
  auto loaded = config::load(shown, registry, file->diagnostics, file->sources, set_outside);
  const auto colour = ::isatty(STDERR_FILENO) != 0 && !invocation.env.contains("NO_COLOR")
                          ? Colour::on
                          : Colour::off;
  fmt::print(stderr, "{}", render(file->diagnostics.sorted(), colour));
  if (!loaded || file->diagnostics.has_errors()) {
    const auto count = file->diagnostics.distinct_errors();
    return fail(Fault::usage, fmt::format("{} has {} error{}; nothing was run", shown.string(),
                                          count, count == 1 ? "" : "s"));
  }
  file->loaded = std::move(*loaded);
  return file;
}

Result<GitInfo> current_commit(const PipelineFile& file, const Invocation& invocation) {
  GitInfo local;
  if (file.in_repository && !file.loaded.pipeline.source) local = TRY(git::read_info(file.root));
  return merged(std::move(local), git::read_ci_event(invocation.env).git);
}

Result<RunInput> resolve_input(const PipelineFile& file, const PipelineOptions& options,
                               const Invocation& invocation) {
  const Pipeline& pipeline = file.loaded.pipeline;
  RunInput input;
  input.event = git::read_ci_event(invocation.env).event;
  input.git = TRY(current_commit(file, invocation));
  TRY(apply_overrides(options, input.event, input.git));
  // A tag is on no branch, wherever HEAD is: as in the job of a CI system.
  if (input.event.kind == EventKind::tag && options.branch.empty()) input.git.branch.clear();
  if (input.event.branch.empty()) input.event.branch = input.git.branch;
  if (input.event.kind == EventKind::tag && input.event.tag.empty())
    input.event.tag = input.git.tag;

  input.given = TRY(given_params(options));
  input.params = TRY(resolve_params(pipeline, input.given));
  input.variables = TRY(variables(options, pipeline, invocation.cwd));
  TRY(check_environment_name(pipeline, options.environment));
  input.environment = options.environment;
  input.plan = TRY(plan_for(pipeline, input, options.selection));
  return input;
}

Result<plan::Plan> plan_for(const Pipeline& pipeline, const RunInput& input,
                            const plan::Selection& selection) {
  auto plan = TRY(plan::make_plan(pipeline, input.event, selection));
  leave_out_other_environments(plan, input.environment);
  return plan;
}

EnvMap host_without_secrets(const Pipeline& pipeline, const EnvMap& host) {
  EnvMap env = host;
  for (const auto& secret : pipeline.secrets)
    for (const auto& variable : plugins::source_variables(secret)) env.erase(variable);
  return env;
}

}  // namespace pipectl::cli
