#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/model/outcome.hpp"
#include "core/plan/plan.hpp"

namespace pipectl {

enum class OnFailure { stop, keep_going };

/// What may start next, and what must not any more. A pure state machine: no threads, no clock, no
/// I/O, no processes. The engine tells it what happened and asks it what to do.
///
/// A node goes: blocked -> ready -> (running -> ended | ended). It is ready as soon as *its own*
/// needs have ended; there are no levels. Ready nodes come out in the order written.
class Scheduler {
 public:
  struct Options {
    unsigned jobs{1};                ///< sum of the weights that may run at once; a heavier node
                                     ///< counts as `jobs` and runs alone
    OnFailure on_failure{OnFailure::stop};
  };

  /// `concurrency[id]` is the resolved group of a node, or empty. Nodes that the plan already
  /// skipped, and those in `ended` (a resumed run), are taken as they are.
  Scheduler(const plan::Plan& plan, Options options, std::vector<std::string> concurrency,
            std::vector<std::optional<Outcome>> ended);

  /// The next node whose needs have ended and for which there is room, or nothing now. The caller
  /// answers with `started` or `ended` before it asks again.
  [[nodiscard]] std::optional<plan::NodeId> next();

  /// The verdict of the needs alone on a node that `next()` gave: run it when `when` agrees, or
  /// skip it with this cause and reason (`upstream build`, `stopped`).
  struct Verdict {
    SkipCause skip{SkipCause::none};
    std::string reason;
  };
  [[nodiscard]] Verdict verdict(plan::NodeId node) const;

  void started(plan::NodeId node);
  void ended(plan::NodeId node, const Outcome& outcome);
  /// No more nodes but those that run after failures (`always`, `failure()`); a `hard` stop: none.
  void stop(bool hard);

  [[nodiscard]] bool done() const noexcept;          ///< every node has ended
  [[nodiscard]] std::size_t running() const noexcept;
  /// Some need of the node, direct or not, failed: what `failure()` means in its condition.
  [[nodiscard]] bool upstream_failed(plan::NodeId node) const;
  [[nodiscard]] const std::optional<Outcome>& outcome(plan::NodeId node) const;

 private:
  struct State;
  const plan::Plan* plan_;
  Options options_;
  std::vector<State> states_;
};

}  // namespace pipectl
