#include "cli/session/live_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "cli/session/baselines.hpp"
#include "cli/session/deploy_request.hpp"
#include "cli/session/merged_reports.hpp"
#include "cli/session/run_view.hpp"
#include "cli/session/secret_audit.hpp"
#include "cli/session/workspace_setup.hpp"
#include "core/base/http_curl.hpp"
#include "core/engine/resume.hpp"
#include "core/exec/local_executor.hpp"

namespace pipectl::cli {
namespace {

unsigned jobs_of(const RunOptions& options) {
  return options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
}

bool uses_inputs(const Pipeline& pipeline) {
  return std::any_of(pipeline.stages.begin(), pipeline.stages.end(),
                     [](const StageSpec& stage) { return !stage.inputs.empty(); });
}

std::unique_ptr<store::Journal> journal_of(const LiveRunParts& parts) {
  auto journal = parts.store.journal(parts.record.id);
  const auto& wrap = parts.invocation.seams.wrap_journal;
  return wrap ? wrap(std::move(journal)) : std::move(journal);
}

}  // namespace

LiveRun::LiveRun(const LiveRunParts& parts)
    : parts_(parts),
      started_(parts.clock.steady()),
      jobs_(jobs_of(parts.options)),
      journal_(journal_of(parts)),
      logs_(parts.store.logs(parts.record.id)),
      view_(make_run_view(
          {parts.options, parts.invocation, parts.store, parts.input.plan, parts.clock})) {
  if (parts.options.quiet) quiet_ = std::make_unique<QuietSink>(*view_);
  notifications_ = std::make_unique<RunNotifications>(
      NotificationInput{parts.invocation, parts.registry, parts.file, parts.input, parts.overrides,
                        parts.store, parts.record, redactor_, parts.clock});
  std::vector<EventSink*> sinks{quiet_ ? quiet_.get() : view_.get()};
  if (auto* const others = notifications_->sink()) sinks.push_back(others);
  sinks_ = std::make_unique<FanOut>(std::move(sinks));
  recorder_ = std::make_unique<Recorder>(*journal_, *logs_, *sinks_, parts.clock, parts.record.id);
}

LiveRun::~LiveRun() = default;

int LiveRun::go() {
  const auto workspace = prepare();
  if (!workspace) return could_not_begin(workspace.error());
  const RunResult result = run_engine(*workspace);
  keep_merged_reports();
  notifications_->settle();
  finish_view(*view_, parts_.clock, parts_.signals.token());
  if (result.fatal) report(*result.fatal);
  const int of_nothing = exit_code_of_nothing(parts_.options);
  if (of_nothing != 0 && of_nothing == result.exit_code && nothing_ran(result.outcomes))
    report(nothing_deployed(parts_.input.plan, result.outcomes, parts_.options));
  return exit_code_after(*view_, result.exit_code);
}

Result<Workspace> LiveRun::prepare() {
  jobserver_ = TRY(Jobserver::create(jobs_, parts_.options.jobserver));
  executor_ = make_local_executor(jobserver_.get());
  http_ = make_curl_http_client();
  if (const auto& wrap = parts_.invocation.seams.wrap_http) http_ = wrap(std::move(http_));
  vault_ = std::make_unique<SecretVault>(
      SecretVault::Parts{pipeline(), parts_.registry, *executor_, redactor_, parts_.invocation.env,
                         parts_.overrides, secrets_withheld_from(parts_.input.event),
                         secret_audit(state_dir(parts_.invocation, parts_.file.file),
                                      parts_.record.id, parts_.clock)});
  if (uses_inputs(pipeline()) && exit_code_of_nothing(parts_.options) == 0) open_skips();
  auto workspace = TRY(check_out());
  auto present = parts_.record;
  present.request.git = parts_.input.git;  // of what was checked out
  baselines_ = TRY(find_baselines(parts_.store, parts_.input.plan, present));
  return workspace;
}

/// Without them every stage runs, which is right, too.
void LiveRun::open_skips() {
  auto skips = store::SkipStore::open(parts_.store.cache_dir());
  const std::string warning = skips
                                  ? (*skips)->take_note()
                                  : skips.error().message + "; stages with inputs run in any case";
  if (!warning.empty()) fmt::print(stderr, "pipectl: warning: {}\n", warning);
  if (skips) skips_ = std::move(*skips);
}

Result<Workspace> LiveRun::check_out() {
  WorkspaceSetup setup{parts_.file,
                       parts_.options.worktree,
                       run_dir(),
                       parts_.store.cache_dir(),
                       parts_.invocation.env,
                       *vault_,
                       redactor_};
  auto workspace = TRY(set_up_workspace(setup, facts({}), parts_.signals.token()));
  if (workspace.git.sha.empty()) return workspace;
  parts_.input.git = overlay(workspace.git, parts_.input.git);
  TRY(parts_.store.set_git(parts_.record.id, parts_.input.git));
  notifications_->learn(parts_.input.git);
  return workspace;
}

/// For people and other tools: nothing depends on them.
void LiveRun::keep_merged_reports() const {
  std::vector<std::string> stages;
  for (const auto& node : parts_.input.plan.nodes) stages.push_back(node.name);
  if (const auto written = write_merged_reports(run_dir(), stages); !written)
    report(written.error());
}

/// No stage is announced: none will end.
int LiveRun::could_not_begin(const Error& error) {
  const Error told{error.fault, redactor_.redact(error.message), redactor_.redact(error.hint)};
  const int signal = parts_.signals.signal();
  const int code = signal != 0 ? 128 + signal : exit_code_of(error.fault);
  const RunInput& input = parts_.input;
  recorder_->tell(event::RunStarted{pipeline().name,
                                    std::string{to_string(input.event.kind)},
                                    input.git.branch,
                                    input.git.sha,
                                    {},
                                    parts_.resumed});
  recorder_->tell(event::Warning{told.message});
  recorder_->will(store::transition::RunEnded{code});
  const auto took = parts_.clock.steady() - started_;
  recorder_->tell_after(
      event::RunFinished{code, std::chrono::duration_cast<Milliseconds>(took), {}});
  const auto written = recorder_->commit();
  if (!written) recorder_->tell_without_journal();
  notifications_->settle();
  finish_view(*view_, parts_.clock, parts_.signals.token());
  report(told);
  if (!written) report(written.error());
  return code;
}

RunFacts LiveRun::facts(const std::filesystem::path& workspace) const {
  const RunInput& input = parts_.input;
  RunFacts facts;
  facts.id = parts_.record.id;
  facts.number = parts_.record.number;
  facts.started = parts_.record.started;
  facts.event = input.event;
  facts.git = input.git;
  facts.params = input.params;
  facts.variables = input.variables;
  facts.environment = input.environment;
  facts.host = host_without_secrets(pipeline(), parts_.invocation.env);
  facts.workspace = workspace;
  facts.changed_files = changed_files_once(workspace, input.event);
  return facts;
}

EngineOptions LiveRun::engine_options() const {
  EngineOptions options;
  options.scheduling = {jobs_, parts_.options.keep_going ? OnFailure::keep_going : OnFailure::stop};
  options.user = parts_.signals.token();
  options.signal = [&signals = parts_.signals] { return signals.signal(); };
  options.resumed = parts_.resumed;
  options.resume_hint = "pipectl run --resume=" + parts_.record.id;
  options.approve_hint =
      fmt::format("pipectl approve {0} && pipectl run --resume={0}", parts_.record.id);
  if (parts_.options.go_back) options.guards = Guards::waived;
  options.exit_code_of_nothing = exit_code_of_nothing(parts_.options);
  options.notes = rollback_notes(parts_.input.plan, parts_.options);
  if (!parts_.resumed) return options;
  auto taken = take_over(parts_.input.plan, parts_.record);
  options.ended = std::move(taken.ended);
  options.notes.resize(taken.notes.size());
  for (std::size_t id = 0; id < taken.notes.size(); ++id) options.notes[id].merge(taken.notes[id]);
  return options;
}

RunResult LiveRun::run_engine(const Workspace& workspace) {
  Mailbox mailbox;
  JobTools tools{*executor_,
                 *http_,
                 parts_.clock,
                 redactor_,
                 *vault_,
                 mailbox,
                 state_dir(parts_.invocation, parts_.file.file),
                 run_dir(),
                 parts_.store.cache_dir(),
                 grace_of_children,
                 parts_.options.no_cache ? JobTools::Cache::ignore : JobTools::Cache::use,
                 skips_.get(),
                 &parts_.registry,
                 baselines_,
                 &parts_.file.loaded.leniency};
  const auto artifacts_dir = [&store = parts_.store,
                              &run = parts_.record.id](const std::string& stage) {
    return store.artifacts_dir(run, stage);
  };
  Engine engine{{pipeline(), parts_.file.loaded.runners, parts_.input.plan, facts(workspace.path),
                 tools, artifacts_dir, *recorder_, jobserver_.get()},
                engine_options()};
  return engine.run();
}

}  // namespace pipectl::cli
