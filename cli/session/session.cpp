#include "cli/session/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "cli/output.hpp"
#include "cli/pipeline_input.hpp"
#include "cli/planning/plan_report.hpp"
#include "cli/session/resume_record.hpp"
#include "cli/session/secrets_file.hpp"
#include "cli/session/workspace_setup.hpp"
#include "cli/signals.hpp"
#include "cli/sinks/quiet.hpp"
#include "cli/ui/make_ui.hpp"
#include "core/base/http_curl.hpp"
#include "core/engine/engine.hpp"
#include "core/engine/resume.hpp"
#include "core/exec/leftovers.hpp"
#include "core/exec/local_executor.hpp"
#include "core/git/repository.hpp"
#include "core/store/fingerprint.hpp"
#include "core/store/housekeeping.hpp"

namespace pipectl::cli {
namespace {

/// Everything that one run holds, in the order in which it is made; torn down in reverse.
class RunSession {
 public:
  RunSession(RunOptions options, const Invocation& invocation)
      : options_(std::move(options)), invocation_(invocation), registry_(make_registry()) {}

  Result<int> run() {
    file_ = TRY(load_pipeline(options_.pipeline, invocation_, registry_));
    if (options_.resume) {
      store_ = TRY(store::RunStore::open(state_dir(invocation_, file_->file)));
      record_ = TRY(find_resumable(*store_, *file_, options_));
      resumed_ = record_.has_value();
    }
    input_ = resumed_ ? TRY(input_of(*record_, *file_, options_))
                      : TRY(resolve_input(*file_, options_.pipeline, invocation_));
    if (nothing_selected()) return 0;
    if (options_.dry_run) return show_plan();
    if (resumed_ && record_->exit_code == 0) return show_again();
    overrides_ = TRY(read_secrets_file(options_.secrets_file, file_->loaded.pipeline,
                                       invocation_.cwd));
    TRY(open_store());
    TRY(lock_and_tidy());
    return go();
  }

 private:
  [[nodiscard]] const Pipeline& pipeline() const { return file_->loaded.pipeline; }
  [[nodiscard]] std::filesystem::path run_dir() const { return store_->run_dir(record_->id); }
  [[nodiscard]] bool in_place() const {
    return !pipeline().source && options_.worktree == WorktreeMode::dirty;
  }

  bool nothing_selected() const {
    const auto& nodes = input_.plan.nodes;
    const bool none = std::all_of(nodes.begin(), nodes.end(), [](const plan::Node& node) {
      return node.skip != SkipCause::none;
    });
    if (!none) return false;
    const std::string why = nodes.empty() ? "" : ": " + nodes.front().skip_reason;
    fmt::print(stderr, "pipectl: nothing to run{}\n", why);
    return true;
  }

  Result<int> show_plan() const {
    TRY(write_stdout(plan_text(forecast(*file_, input_, invocation_), input_,
                               stdout_terminal(invocation_.env))));
    return 0;
  }

  /// Events show no stage that was left out before the run began.
  [[nodiscard]] bool was_announced(const store::StageRecord& stage) const {
    const auto* node = input_.plan.find(stage.name);
    return stage.outcome && node != nullptr && node->skip == SkipCause::none;
  }

  /// A run that had succeeded is not repeated: its result is shown again.
  Result<int> show_again() {
    auto view = make_view();
    Recorder recorder{*store_->journal(record_->id), *store_->logs(record_->id), *view, clock_,
                      record_->id};
    event::RunStarted started{pipeline().name, std::string{to_string(input_.event.kind)},
                              input_.git.branch, input_.git.sha, {}, true};
    for (const auto& stage : record_->stages)
      if (was_announced(stage)) started.stages.push_back({stage.name, "", "", {}});
    recorder.tell(started);
    for (const auto& stage : record_->stages)
      if (was_announced(stage)) recorder.tell(event::StageFinished{stage.name, *stage.outcome});
    const auto took = record_->ended.value_or(record_->started) - record_->started;
    recorder.tell(event::RunFinished{0, std::chrono::duration_cast<Milliseconds>(took), ""});
    finish(*view);
    return 0;
  }

  Result<void> open_store() {
    if (!store_) store_ = TRY(store::RunStore::open(state_dir(invocation_, file_->file)));
    if (resumed_) return {};
    store::RunRequest request;
    request.pipeline = pipeline().name;
    request.file = file_->file.string();
    request.digest = file_->loaded.digest;
    request.workspace = file_->root.string();
    request.event = input_.event;
    request.git = input_.git;
    request.params = input_.given;
    request.variables = input_.variables;
    request.environment = input_.environment;
    request.selection = selection_to_json(options_.pipeline.selection);
    request.options = options_to_json(options_);
    for (const auto& node : input_.plan.nodes) request.stages.push_back(node.name);
    request.needs = needs_by_position(input_.plan);
    request.left_out = left_out_before(input_.plan);
    record_ = TRY(store_->create(request, clock_.wall()));
    return {};
  }

  /// One run at a time in a working tree; what an earlier, died try left running is ended.
  Result<void> lock_and_tidy() {
    const auto locked = in_place() ? file_->root : run_dir() / "work";
    auto lock = store_->lock_workspace(locked, record_->id);
    if (!lock) {
      if (!resumed_) static_cast<void>(store_->remove(record_->id));
      return tl::unexpected(lock.error());
    }
    lock_ = std::move(*lock);
    if (!resumed_) return {};
    const auto ended = TRY(end_leftovers({record_->id, unfinished_processes(*record_)}, grace(),
                                         signals_.token()));
    if (!ended.empty())
      fmt::print(stderr, "pipectl: ended {} process{} that the earlier try had left running\n",
                 ended.size(), ended.size() == 1 ? "" : "es");
    return {};
  }

  [[nodiscard]] bool uses_inputs() const {
    const auto& stages = pipeline().stages;
    return std::any_of(stages.begin(), stages.end(),
                       [](const StageSpec& stage) { return !stage.inputs.empty(); });
  }

  /// Without them every stage runs, which is right, too.
  void open_skips() {
    auto skips = store::SkipStore::open(store_->cache_dir());
    std::string warning = skips ? (*skips)->take_note()
                                : skips.error().message + "; stages with inputs run in any case";
    if (!warning.empty()) fmt::print(stderr, "pipectl: warning: {}\n", warning);
    if (skips) skips_ = std::move(*skips);
  }

  [[nodiscard]] static Milliseconds grace() { return Milliseconds{10'000}; }

  Result<int> go() {
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    const unsigned jobs = options_.jobs > 0 ? options_.jobs : processors;
    jobserver_ = TRY(Jobserver::create(jobs, options_.jobserver));
    executor_ = make_local_executor(jobserver_.get());
    http_ = make_curl_http_client();
    vault_ = std::make_unique<SecretVault>(SecretVault::Parts{
        pipeline(), registry_, *executor_, redactor_, invocation_.env, overrides_});
    if (uses_inputs()) open_skips();
    view_ = make_view();
    if (options_.quiet) quiet_ = std::make_unique<QuietSink>(*view_);
    auto workspace = TRY(set_up_workspace());
    const RunResult result = run_engine(workspace, jobs);
    finish(*view_);
    if (result.fatal) report(*result.fatal);
    lock_.reset();
    if (const auto kept = store::keep_house(*store_, clock_.wall()); !kept) report(kept.error());
    return result.exit_code;
  }

  /// A reader that is only slow (a pager) gets everything; one that stalls cannot outlast Ctrl-C.
  void finish(EventSink& view) const {
    const Milliseconds glance{100};
    while (!view.finish(clock_.steady() + glance) && !signals_.token().cancelled()) {
    }
    if (signals_.token().cancelled()) view.finish(clock_.steady() + Milliseconds{2'000});
  }

  std::unique_ptr<EventSink> make_view() {
    ui::UiOptions options;
    options.mode = options_.ui;
    options.log_path = [this](const std::string& run, const std::string& stage) {
      return shown_path(store_->log_file(run, stage), invocation_.cwd).string();
    };
    options.place_of = [this](const std::string& stage) -> std::optional<ui::Place> {
      const auto* node = input_.plan.find(stage);
      if (node == nullptr || node->stage->where.file == nullptr) return std::nullopt;
      return ui::Place{node->stage->where.file->path, node->stage->where.line};
    };
    const auto summary = invocation_.env.find("GITHUB_STEP_SUMMARY");
    if (summary != invocation_.env.end()) options.step_summary = summary->second;
    const auto terminal = ui::decide(ui::query_terminal(STDOUT_FILENO), invocation_.env);
    return ui::make_ui(options, terminal, clock_);
  }

  Result<Workspace> set_up_workspace() {
    WorkspaceSetup setup{*file_, options_.worktree, run_dir(), store_->cache_dir(),
                         invocation_.env, *vault_, redactor_};
    auto workspace = TRY(pipectl::cli::set_up_workspace(setup, facts({}), signals_.token()));
    if (workspace.git.sha.empty()) return workspace;
    input_.git = overlay(workspace.git, input_.git);
    TRY(store_->set_git(record_->id, input_.git));
    return workspace;
  }

  [[nodiscard]] RunFacts facts(const std::filesystem::path& workspace) const {
    RunFacts facts;
    facts.id = record_->id;
    facts.number = record_->number;
    facts.event = input_.event;
    facts.git = input_.git;
    facts.params = input_.params;
    facts.variables = input_.variables;
    facts.environment = input_.environment;
    facts.host = host_without_secrets(pipeline(), invocation_.env);
    facts.workspace = workspace;
    facts.changed_files = changed_files_once(workspace, input_.event);
    return facts;
  }

  RunResult run_engine(const Workspace& workspace, unsigned jobs) {
    auto journal = store_->journal(record_->id);
    if (invocation_.seams.wrap_journal)
      journal = invocation_.seams.wrap_journal(std::move(journal));
    const auto logs = store_->logs(record_->id);
    EventSink& sink = quiet_ ? *quiet_ : *view_;
    Recorder recorder{*journal, *logs, sink, clock_, record_->id};
    Mailbox mailbox;
    JobTools tools{*executor_, *http_, clock_, redactor_, *vault_, mailbox,
                   state_dir(invocation_, file_->file), run_dir(), store_->cache_dir(), grace(),
                   options_.no_cache ? JobTools::Cache::ignore : JobTools::Cache::use, skips_.get()};
    EngineOptions options;
    options.scheduling = {jobs, options_.keep_going ? OnFailure::keep_going : OnFailure::stop};
    options.user = signals_.token();
    options.signal = [this] { return signals_.signal(); };
    options.resumed = resumed_;
    options.resume_hint = "pipectl run --resume=" + record_->id;
    if (resumed_) {
      auto taken = take_over(input_.plan, *record_);
      options.ended = std::move(taken.ended);
      options.notes = std::move(taken.notes);
    }
    Engine engine{{pipeline(), file_->loaded.runners, input_.plan, facts(workspace.path), tools,
                   [this](const std::string& stage) {
                     return store_->artifacts_dir(record_->id, stage);
                   },
                   recorder, jobserver_.get()},
                  std::move(options)};
    return engine.run();
  }

  RunOptions options_;
  const Invocation& invocation_;
  SignalWatcher signals_;
  Registry registry_;
  SystemClock clock_;
  Redactor redactor_;
  std::unique_ptr<PipelineFile> file_;
  RunInput input_;
  EnvMap overrides_;
  std::unique_ptr<store::RunStore> store_;
  std::optional<store::RunRecord> record_;
  bool resumed_{false};
  std::unique_ptr<store::WorkspaceLock> lock_;
  std::unique_ptr<Jobserver> jobserver_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<SecretVault> vault_;
  std::unique_ptr<store::SkipStore> skips_;
  std::unique_ptr<EventSink> view_;
  std::unique_ptr<QuietSink> quiet_;  ///< in front of the view, with --quiet
};

}  // namespace

Result<int> run_session(RunOptions options, const Invocation& invocation) {
  return RunSession{std::move(options), invocation}.run();
}

}  // namespace pipectl::cli
