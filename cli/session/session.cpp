#include "cli/session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/output.hpp"
#include "cli/pipeline_input.hpp"
#include "cli/planning/plan_report.hpp"
#include "cli/planning/rehearsal.hpp"
#include "cli/session/approvals.hpp"
#include "cli/session/deploy_request.hpp"
#include "cli/session/gone_runs.hpp"
#include "cli/session/live_run.hpp"
#include "cli/session/release_request.hpp"
#include "cli/session/resume_record.hpp"
#include "cli/session/rotation_request.hpp"
#include "cli/session/run_view.hpp"
#include "cli/session/secrets_file.hpp"
#include "core/base/forget_environment.hpp"
#include "core/engine/resume.hpp"
#include "core/exec/leftovers.hpp"
#include "core/store/housekeeping.hpp"
#include "plugins/secrets/sources.hpp"

namespace pipectl::cli {
namespace {

/// What a run is made from, in the order in which it is made; torn down in reverse.
class RunSession {
 public:
  RunSession(RunOptions options, const Invocation& invocation)
      : options_(std::move(options)), invocation_(invocation), registry_(make_registry()) {}

  Result<int> run() {
    TRY(load());
    forget_secrets();
    input_ = resumed_ ? TRY(input_of(*record_, *file_, options_))
                      : TRY(resolve_input(*file_, options_.pipeline, invocation_));
    if (nothing_selected()) return exit_code_of_nothing(options_);
    if (options_.dry_run) return show_plan();
    if (resumed_ && record_->exit_code == 0) return show_again();
    if (resumed_ && in_place()) TRY(check_same_commit(*record_, *file_, invocation_));
    overrides_ =
        TRY(read_secrets_file(options_.secrets_file, file_->loaded.pipeline, invocation_.cwd));
    if (!options_.go_back) TRY(check_approvals_can_wait(*file_, input_, invocation_));
    TRY(open_store());
    TRY(lock_and_tidy());
    LiveRun live{{options_, invocation_, registry_, *file_, input_, overrides_, *store_, *record_,
                  resumed_, signals_, clock_}};
    const int code = live.go();
    lock_.reset();
    live.send_off();
    if (const auto kept = store::keep_house(*store_, clock_.wall()); !kept) report(kept.error());
    return code;
  }

  /// After a run that waits: the person in front of it may answer. The run to go on with, or
  /// nothing.
  Result<std::optional<std::string>> ask() {
    const bool answered =
        record_ && TRY(ask_person(*store_, record_->id, invocation_, signals_.token()));
    return answered ? std::optional{record_->id} : std::nullopt;
  }

 private:
  [[nodiscard]] const Pipeline& pipeline() const { return file_->loaded.pipeline; }
  [[nodiscard]] std::filesystem::path run_dir() const { return store_->run_dir(record_->id); }
  [[nodiscard]] bool in_place() const {
    return !pipeline().source && options_.worktree == WorktreeMode::dirty;
  }

  /// The record of a resumed run comes first: the file is read with the variables that it had.
  Result<void> load() {
    if (!options_.rotate.empty() && !options_.resume && !options_.dry_run)
      options_.resume = TRY(died_rotation());
    if (options_.resume) {
      const auto file = TRY(find_pipeline(options_.pipeline, invocation_));
      store_ = TRY(store::RunStore::open(state_dir(invocation_, file)));
      record_ = TRY(find_resumable(*store_, file, options_, invocation_.cwd));
      resumed_ = record_.has_value();
    }
    if (!resumed_) {
      if (!file_) file_ = TRY(load_pipeline(options_.pipeline, invocation_, registry_));
      if (!options_.deploy_to.empty()) TRY(select_deploys(pipeline(), options_));
      if (options_.only_releases) TRY(select_releases(pipeline(), options_));
      if (!options_.rotate.empty()) TRY(select_rotations(file_->loaded, options_));
      return {};
    }
    file_ = TRY(
        load_pipeline_with(record_->request.variables, options_.pipeline, invocation_, registry_));
    return check_same_file(*record_, *file_);
  }

  /// The locks of a rotation that died are those of its run: so the next call goes on with that.
  Result<std::optional<std::string>> died_rotation() {
    file_ = TRY(load_pipeline(options_.pipeline, invocation_, registry_));
    TRY(select_rotations(file_->loaded, options_));
    const auto store = TRY(store::RunStore::open(state_dir(invocation_, file_->file)));
    return find_died_rotation(*store, *file_, options_, invocation_);
  }

  /// What pipectl was started with is in the invocation's copy; a stage may look at its parent.
  void forget_secrets() const {
    if (!pipeline().secrets.empty()) keep_out_of_core_dumps();
    for (const auto& secret : pipeline().secrets)
      forget_environment(plugins::source_variables(secret));
  }

  bool nothing_selected() const {
    const auto& nodes = input_.plan.nodes;
    const bool none = std::all_of(nodes.begin(), nodes.end(), [](const plan::Node& node) {
      return node.skip != SkipCause::none;
    });
    if (!none) return false;
    if (exit_code_of_nothing(options_) != 0) {
      report(nothing_deployed(input_.plan, {}, options_));
      return true;
    }
    const std::string why = nodes.empty() ? "" : ": " + nodes.front().skip_reason;
    fmt::print(stderr, "pipectl: nothing to run{}\n", why);
    return true;
  }

  Result<int> show_plan() const {
    if (options_.only_releases || !options_.rotate.empty())
      return rehearse(*file_, input_, invocation_);
    TRY(write_stdout(plan_text(forecast(*file_, input_, invocation_), input_,
                               stdout_terminal(invocation_.env))));
    return 0;
  }

  Result<int> show_again() {
    const auto view = make_run_view({options_, invocation_, *store_, input_.plan, clock_});
    tell_again(*record_, input_.plan, *view);
    finish_view(*view, clock_, signals_.token());
    return exit_code_after(*view, 0);
  }

  Result<void> open_store() {
    if (!store_) store_ = TRY(store::RunStore::open(state_dir(invocation_, file_->file)));
    if (!resumed_)
      record_ = TRY(store_->create(request_of(*file_, input_, options_), clock_.wall()));
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
    remove_what_gone_runs_left({*store_, registry_, invocation_.env, resumed_ ? record_->id : ""},
                               signals_.token());
    if (!resumed_) return {};
    const auto ended = TRY(end_leftovers({record_->id, unfinished_processes(*record_)},
                                         grace_of_children, signals_.token()));
    if (!ended.empty())
      fmt::print(stderr, "pipectl: ended {} process{} that the earlier try had left running\n",
                 ended.size(), ended.size() == 1 ? "" : "es");
    return {};
  }

  RunOptions options_;
  const Invocation& invocation_;
  SignalWatcher signals_;
  Registry registry_;
  SystemClock clock_;
  std::unique_ptr<PipelineFile> file_;
  RunInput input_;
  EnvMap overrides_;
  std::unique_ptr<store::RunStore> store_;
  std::optional<store::RunRecord> record_;
  bool resumed_{false};
  std::unique_ptr<store::WorkspaceLock> lock_;
};

}  // namespace

Result<int> run_session(RunOptions options, const Invocation& invocation) {
  constexpr int waiting = 4;
  while (true) {
    RunSession session{options, invocation};
    const int code = TRY(session.run());
    if (code != waiting || !can_ask(options, invocation)) return code;
    auto answered = TRY(session.ask());
    if (!answered) return code;
    options.resume = std::move(*answered);
  }
}

}  // namespace pipectl::cli
