#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {

/// A repository that a stage checks out beside the run's own sources.
struct CheckoutSource {
  expr::Template url;   ///< a relative one starts at the workspace
  expr::Template ref;   ///< empty: the remote's HEAD
  expr::Template path;  ///< where to, below the workspace
  std::optional<unsigned> depth;
  bool submodules{false};
  std::string secret;  ///< a granted one, or empty
};

/// Without a source: tells which commit the run works on, which is checked out before any stage
/// starts. Writes the outputs `sha`, `branch` and `tag`.
class CheckoutStage final : public StageRunner {
 public:
  CheckoutStage(std::optional<CheckoutSource> source, Steps steps)
      : source_(std::move(source)), steps_(std::move(steps)) {}
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  Outcome run(StageContext& context) const override;

 private:
  std::optional<CheckoutSource> source_;
  Steps steps_;
};

}  // namespace pipectl::stages
