#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/approval_gate.hpp"
#include "core/engine/decision.hpp"
#include "core/engine/recorder.hpp"
#include "core/engine/run_values.hpp"
#include "core/engine/scheduler.hpp"
#include "core/engine/stage_job.hpp"
#include "core/engine/worker_pool.hpp"
#include "core/exec/jobserver.hpp"
#include "core/store/run_store.hpp"

namespace pipectl {

using Runners = std::map<std::string, std::unique_ptr<StageRunner>, std::less<>>;

/// What the engine works with; everything outlives it.
struct EngineParts {
  const Pipeline& pipeline;
  const Runners& runners;
  const plan::Plan& plan;
  RunFacts facts;
  JobTools tools;
  std::function<std::filesystem::path(const std::string& stage)> artifacts_dir;
  Recorder& recorder;
  Jobserver* jobserver{nullptr};  ///< null: children get none
};

struct EngineOptions {
  Scheduler::Options scheduling;
  CancelToken user;                           ///< Ctrl-C: once in order, twice at once
  std::function<int()> signal;                ///< number of the signal that interrupted, or 0
  std::vector<std::optional<Outcome>> ended;  ///< by node: kept from an earlier try
  std::vector<std::map<std::string, std::string>> notes;  ///< by node: what it remembered
  bool resumed{false};
  std::string resume_hint;   ///< what to type to go on after a failure
  std::string approve_hint;  ///< the same while only an approval is missing
  Guards guards{Guards::kept};
  int exit_code_of_nothing{0};  ///< when no stage of the plan ran, each for a reason of its own
};

struct RunResult {
  int exit_code{0};
  std::vector<Outcome> outcomes;  ///< by node
  std::optional<Error> fatal;     ///< the run itself broke: journal or log could not be written
};

[[nodiscard]] bool nothing_ran(const std::vector<Outcome>& outcomes);

/// Runs a plan. One thread owns all state, writes the journal and calls the sinks; workers run
/// stages. The loop: start what may start, write down, let it go, wait for one thing, take it in.
class Engine {
 public:
  Engine(EngineParts parts, EngineOptions options);
  ~Engine();
  RunResult run();

 private:
  struct Started {
    std::string stage;
    CancelSource cancel;
    unsigned tokens{0};
  };

  void announce();
  void start_what_may_start();
  bool take_tokens(plan::NodeId id);
  bool wait_for_approval(plan::NodeId id, const NodeScope& scope);
  void prepare(plan::NodeId id, std::shared_ptr<const NodeScope> scope);
  void write_down_and_launch();
  void wait();
  void take_mail();
  void take_in(Mailbox::State& state);
  void take_in(Mailbox::Shown& shown);
  void end(plan::NodeId id, const Outcome& outcome);
  void follow_cancel();
  void give_up(Error error);
  [[nodiscard]] NodeScope::Parts scope_parts(plan::NodeId id) const;
  [[nodiscard]] std::string concurrency_group(plan::NodeId id) const;
  [[nodiscard]] const std::string& name(plan::NodeId id) const { return plan_.nodes[id].name; }
  [[nodiscard]] std::string hint(int exit_code) const;
  RunResult finish(SteadyTime started);

  EngineParts parts_;
  EngineOptions options_;
  const plan::Plan& plan_;
  Recorder& recorder_;
  OutputTable outputs_;
  Scheduler scheduler_;
  ApprovalGate approvals_;
  CancelSource hard_;
  std::vector<std::optional<Started>> running_;  ///< by node
  std::vector<StageJob> ready_;                  ///< written down next, then launched
  std::optional<plan::NodeId> held_;             ///< given by the scheduler, waits for tokens
  CancelReason seen_{CancelReason::none};
  bool congested_{false};  ///< asked once a turn: it may change at any time
  std::optional<Error> fatal_;
  std::unique_ptr<WorkerPool> workers_;  ///< last: joined before all it uses goes
};

}  // namespace pipectl
