#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "cli/app.hpp"
#include "cli/pipeline_input.hpp"
#include "cli/session/run_notifications.hpp"
#include "cli/session/run_options.hpp"
#include "cli/signals.hpp"
#include "cli/sinks/quiet.hpp"
#include "core/engine/engine.hpp"
#include "core/engine/recorder.hpp"
#include "core/engine/secret_vault.hpp"
#include "core/engine/workspace.hpp"
#include "core/store/fingerprint.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// A run that is loaded, recorded and locked. All of it outlives the LiveRun.
struct LiveRunParts {
  const RunOptions& options;
  const Invocation& invocation;
  const Registry& registry;
  const PipelineFile& file;
  RunInput& input;  ///< its commit is told once it is checked out
  const EnvMap& overrides;
  store::RunStore& store;
  const store::RunRecord& record;
  bool resumed;
  const SignalWatcher& signals;
  const Clock& clock;
};

/// From the workspace to the exit code. However it ends, the journal and the view are told: a run
/// that could not begin is one that ended, with the reason.
class LiveRun {
 public:
  explicit LiveRun(const LiveRunParts& parts);
  ~LiveRun();
  /// The exit code; what broke the run itself has been reported.
  int go();
  /// Afterwards, when nothing of the run is locked any more: what others are to be told of it.
  void send_off() { notifications_->send_off(parts_.signals.token()); }

 private:
  [[nodiscard]] const Pipeline& pipeline() const { return parts_.file.loaded.pipeline; }
  [[nodiscard]] std::filesystem::path run_dir() const {
    return parts_.store.run_dir(parts_.record.id);
  }
  Result<Workspace> prepare();
  void open_skips();
  Result<Workspace> check_out();
  int could_not_begin(const Error& error);
  [[nodiscard]] RunFacts facts(const std::filesystem::path& workspace) const;
  [[nodiscard]] EngineOptions engine_options() const;
  RunResult run_engine(const Workspace& workspace);
  void keep_merged_reports() const;

  LiveRunParts parts_;
  SteadyTime started_;
  unsigned jobs_;
  Redactor redactor_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<store::LogWriter> logs_;
  std::unique_ptr<EventSink> view_;
  std::unique_ptr<QuietSink> quiet_;  ///< in front of the view, with --quiet
  std::unique_ptr<RunNotifications> notifications_;
  std::unique_ptr<FanOut> sinks_;  ///< the view, and those who tell others
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Jobserver> jobserver_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<SecretVault> vault_;
  std::unique_ptr<store::SkipStore> skips_;
  std::map<std::string, std::filesystem::path> baselines_;
};

/// How long a child that is told to end may take.
inline constexpr Milliseconds grace_of_children{10'000};

}  // namespace pipectl::cli
