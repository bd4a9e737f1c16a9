#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/model/outcome.hpp"
#include "core/plan/plan.hpp"

namespace pipectl {

/// What the needs of a node came to, once all of them have ended. The nodes told are the roots of a
/// trouble, not its victims: the one that failed (or was stopped), the one that waits.
struct NeedsSummary {
  std::optional<plan::NodeId> failed;  ///< behind a direct need that failed or was skipped for it
  std::optional<plan::NodeId>
      failed_above;                     ///< however far up, also above needs that ran all the same
  std::optional<plan::NodeId> waiting;  ///< for an approval
};

/// Tells which nodes become free as others end. Nodes with the same needs share one gate that
/// counts them down, so a thousand nodes that need a thousand others cost two thousand steps.
///
/// A node that the plan skipped is transparent: what needs it comes after what it needs, and meets
/// the same fate. A node that a resumed run takes over opens its gates only when its own needs have
/// ended again.
class NeedGates {
 public:
  NeedGates(const plan::Plan& plan, std::span<const std::optional<Outcome>> outcomes);

  /// The nodes that have not ended and need nothing (any more). Call once, first.
  [[nodiscard]] std::vector<plan::NodeId> open();
  /// A node has ended: its outcome is there. Returns the nodes that became free, ascending.
  [[nodiscard]] std::vector<plan::NodeId> ended(plan::NodeId node);
  /// Empty while some need has not ended.
  [[nodiscard]] const NeedsSummary& summary(plan::NodeId node) const;

 private:
  struct Gate {
    plan::Needs needs;
    std::size_t missing{0};
    std::vector<plan::NodeId> behind;
    NeedsSummary summary;
  };

  void release(std::vector<plan::NodeId> pending, std::vector<plan::NodeId>& freed);
  void add(plan::NodeId need, NeedsSummary& sum) const;
  void merge(std::optional<plan::NodeId>& root, std::optional<plan::NodeId> candidate) const;
  [[nodiscard]] std::optional<plan::NodeId> cause_of_skip(plan::NodeId node) const;

  const plan::Plan& plan_;
  std::span<const std::optional<Outcome>> outcomes_;
  std::vector<Gate> gates_;                        ///< the first one is open: of no needs
  std::vector<std::uint32_t> gate_of_;             ///< by node: what it waits at
  std::vector<std::vector<std::uint32_t>> opens_;  ///< by node: the gates that wait for it
};

}  // namespace pipectl
