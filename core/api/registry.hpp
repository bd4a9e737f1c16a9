#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/api/deploy_strategy.hpp"
#include "core/api/deploy_target.hpp"
#include "core/api/health_check.hpp"
#include "core/api/secret_provider.hpp"
#include "core/api/stage_kind.hpp"

namespace pipectl {

/// Every kind of part that this build has, by name. Filled once by the composition root, in an
/// explicit list; never changed afterwards.
class Registry {
 public:
  void add(std::unique_ptr<StageKind> kind) { stage_kinds_.push_back(std::move(kind)); }
  void add(std::unique_ptr<HealthCheckKind> kind) { checks_.push_back(std::move(kind)); }
  void add(std::unique_ptr<SecretProvider> provider) { providers_.push_back(std::move(provider)); }
  void add(std::unique_ptr<DeployTargetKind> kind) { targets_.push_back(std::move(kind)); }
  void add(std::unique_ptr<DeployStrategyKind> kind) { strategies_.push_back(std::move(kind)); }

  [[nodiscard]] const StageKind* stage_kind(std::string_view name) const noexcept;
  [[nodiscard]] const HealthCheckKind* health_check(std::string_view name) const noexcept;
  [[nodiscard]] const SecretProvider* secret_provider(std::string_view name) const noexcept;

  [[nodiscard]] const DeployTargetKind* deploy_target(std::string_view name) const noexcept;
  [[nodiscard]] const DeployStrategyKind* deploy_strategy(std::string_view name) const noexcept;

  /// The kind's own keys, and those by which other parts extend it: a deploy's targets.
  [[nodiscard]] std::vector<KeyDoc> keys_of(const StageKind& kind) const;

  [[nodiscard]] const auto& stage_kinds() const noexcept { return stage_kinds_; }
  [[nodiscard]] const auto& health_checks() const noexcept { return checks_; }
  [[nodiscard]] const auto& secret_providers() const noexcept { return providers_; }
  [[nodiscard]] const auto& deploy_targets() const noexcept { return targets_; }
  [[nodiscard]] const auto& deploy_strategies() const noexcept { return strategies_; }

 private:
  std::vector<std::unique_ptr<StageKind>> stage_kinds_;
  std::vector<std::unique_ptr<HealthCheckKind>> checks_;
  std::vector<std::unique_ptr<SecretProvider>> providers_;
  std::vector<std::unique_ptr<DeployTargetKind>> targets_;
  std::vector<std::unique_ptr<DeployStrategyKind>> strategies_;
};

}  // namespace pipectl
