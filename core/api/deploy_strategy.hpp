#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/deploy_target.hpp"

namespace pipectl {

/// How a release takes the place of the one before. Immutable, used from several threads.
class DeployStrategy {
 public:
  virtual ~DeployStrategy() = default;
  /// The steps in order, each with what takes it back; a failure undoes the steps that had begun,
  /// the last one first. Pure: the same abilities give the same list.
  [[nodiscard]] virtual std::vector<DeployStep> steps(const DeployAbilities& abilities) const = 0;
  /// Whether it needs a second set beside the running one.
  [[nodiscard]] virtual bool needs_beside() const noexcept { return false; }
  /// Keys of its settings that were written, and that a target of these abilities would ignore.
  [[nodiscard]] virtual std::vector<std::string_view> ignored(
      const DeployAbilities& /*abilities*/) const {
    return {};
  }
  /// What its `analyse` steps do: all of it, in order; the first breach ends it (Fault::step).
  virtual Result<std::string> analyse(StageContext& /*context*/) const { return std::string{}; }
};

/// A word that may stand below `strategy`.
class DeployStrategyKind {
 public:
  virtual ~DeployStrategyKind() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  /// JSON Schema fragment of its settings.
  [[nodiscard]] virtual std::string_view type() const noexcept = 0;
  /// Reads its settings; nothing was written: the defaults. Null only after an error.
  [[nodiscard]] virtual std::unique_ptr<DeployStrategy> parse(
      std::optional<yaml::Node> settings, const ParseContext& context) const = 0;
};

}  // namespace pipectl
