#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/outcome.hpp"
#include "core/plan/plan.hpp"

namespace pipectl {

enum class OnFailure { stop, keep_going };

enum class StopMode {
  in_order,  ///< what runs after failures (`always`, `failure()`) still runs
  at_once,   ///< nothing starts any more
};

/// What may start next, and what must not any more. A pure state machine: no threads, no clock, no
/// I/O, no processes. The engine tells it what happened and asks it what to do.
///
/// A node goes: blocked -> ready -> offered -> (running -> ended | ended). It is ready as soon as
/// *its own* needs have ended; there are no levels. Ready nodes come out in the order written,
/// those that are to be skipped first. A ready node for which there is no room yet is kept a place:
/// no other node starts before it, so a heavy one is never starved by light ones. What waits for
/// its concurrency group or for `max_parallel` of its matrix holds up nobody else.
///
/// A node that the plan skipped counts as met, but what needs it still comes after what it needs.
class Scheduler {
 public:
  struct Options {
    unsigned jobs{1};  ///< sum of the weights that may run at once; a heavier node
                       ///< counts as `jobs` and runs alone; at least 1
    OnFailure on_failure{OnFailure::stop};
  };

  /// The concurrency group of a node, or empty. Asked by next(), once for each node, when its needs
  /// have ended: the name may be made from their outputs. None when the function is empty.
  using GroupOf = std::function<std::string(plan::NodeId)>;

  /// Nodes that the plan already skipped, and those in `ended` (a resumed run; a place for every
  /// node, or none at all), are taken as they are. The plan must outlive the scheduler.
  Scheduler(const plan::Plan& plan, Options options, GroupOf group_of,
            std::vector<std::optional<Outcome>> ended);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// The next node whose needs have ended and for which there is room, or nothing now. The caller
  /// answers with `started` or `ended` before it asks again.
  [[nodiscard]] std::optional<plan::NodeId> next();

  /// The verdict of the needs alone on a node that `next()` gave: run it when `when` agrees, or
  /// skip it with this cause and reason. It may change to `stopped` until the node is started.
  /// - upstream, `upstream build`: a need failed or was skipped for a failure; the root is named.
  ///   A stage without written needs is skipped for any failure above it, however far up. Does not
  ///   hold for stages that are `always` or whose condition calls always() or failure().
  /// - upstream, `deploy waits for an approval`: holds for every stage.
  /// - stopped, `stopped: build failed` or `stopped`.
  struct Verdict {
    SkipCause skip{SkipCause::none};
    std::string reason;
  };
  [[nodiscard]] Verdict verdict(plan::NodeId node) const;

  void started(plan::NodeId node);
  /// A failure stops the run in order, unless it is to keep going.
  void ended(plan::NodeId node, const Outcome& outcome);
  void stop(StopMode mode);

  [[nodiscard]] bool done() const noexcept;  ///< every node has ended
  [[nodiscard]] std::size_t running() const noexcept;
  /// Some need of the node, direct or not, failed: what `failure()` means in its condition.
  [[nodiscard]] bool upstream_failed(plan::NodeId node) const;
  /// What its needs came to lets a stage run that has no condition: what `success()` means. Both
  /// may hold, behind a stage that ran after a failure and went well.
  [[nodiscard]] bool needs_ended_well(plan::NodeId node) const;
  [[nodiscard]] const std::optional<Outcome>& outcome(plan::NodeId node) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipectl
