#pragma once

#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "core/api/deploy_strategy.hpp"
#include "core/api/deploy_target.hpp"
#include "core/api/executor_factory.hpp"
#include "core/api/health_check.hpp"
#include "core/api/notifier.hpp"
#include "core/api/report_reader.hpp"
#include "core/api/secret_provider.hpp"
#include "core/api/stage_kind.hpp"
#include "core/api/stage_method.hpp"
#include "core/api/tool_preset.hpp"

namespace pipectl {

/// Every kind of part that this build has, by name. Filled once by the composition root, in an
/// explicit list; never changed afterwards.
class Registry {
 public:
  void add(std::unique_ptr<StageKind> kind) { stage_kinds_.push_back(std::move(kind)); }
  void add(std::unique_ptr<HealthCheckKind> kind) { checks_.push_back(std::move(kind)); }
  void add(std::unique_ptr<SecretProvider> provider) { providers_.push_back(std::move(provider)); }
  void add(std::unique_ptr<NotifierKind> kind) { notifiers_.push_back(std::move(kind)); }
  void add(std::unique_ptr<DeployTargetKind> kind) { targets_.push_back(std::move(kind)); }
  void add(std::unique_ptr<DeployStrategyKind> kind) { strategies_.push_back(std::move(kind)); }
  void add(std::unique_ptr<ReportReader> reader) { report_readers_.push_back(std::move(reader)); }
  void add(ToolPreset preset) { tools_.push_back(std::move(preset)); }

  void add(std::unique_ptr<ExecutorFactory> factory) { executors_.push_back(std::move(factory)); }
  void add(std::unique_ptr<StageMethod> method) { methods_.push_back(std::move(method)); }

  [[nodiscard]] const StageKind* stage_kind(std::string_view name) const noexcept;
  [[nodiscard]] const HealthCheckKind* health_check(std::string_view name) const noexcept;
  [[nodiscard]] const SecretProvider* secret_provider(std::string_view name) const noexcept;
  [[nodiscard]] const ReportReader* report_reader(std::string_view name) const noexcept;
  [[nodiscard]] const ToolPreset* tool(std::string_view name) const noexcept;
  [[nodiscard]] const NotifierKind* notifier(std::string_view name) const noexcept;

  [[nodiscard]] const DeployTargetKind* deploy_target(std::string_view name) const noexcept;
  [[nodiscard]] const DeployStrategyKind* deploy_strategy(std::string_view name) const noexcept;
  [[nodiscard]] const ExecutorFactory* executor(std::string_view name) const noexcept;
  /// The method that one of the mapping's keys names for this kind, or null.
  [[nodiscard]] const StageMethod* stage_method(std::string_view kind, yaml::Node mapping) const;

  /// The kind's own keys, and those by which other parts extend it: its methods, a deploy's
  /// targets.
  [[nodiscard]] std::vector<KeyDoc> keys_of(const StageKind& kind) const;

  [[nodiscard]] const auto& stage_kinds() const noexcept { return stage_kinds_; }
  [[nodiscard]] const auto& health_checks() const noexcept { return checks_; }
  [[nodiscard]] const auto& secret_providers() const noexcept { return providers_; }
  [[nodiscard]] const auto& notifiers() const noexcept { return notifiers_; }
  [[nodiscard]] const auto& deploy_targets() const noexcept { return targets_; }
  [[nodiscard]] const auto& deploy_strategies() const noexcept { return strategies_; }
  [[nodiscard]] const auto& executors() const noexcept { return executors_; }
  [[nodiscard]] const auto& report_readers() const noexcept { return report_readers_; }
  [[nodiscard]] const auto& tools() const noexcept { return tools_; }

 private:
  std::vector<std::unique_ptr<StageKind>> stage_kinds_;
  std::vector<std::unique_ptr<HealthCheckKind>> checks_;
  std::vector<std::unique_ptr<SecretProvider>> providers_;
  std::vector<std::unique_ptr<NotifierKind>> notifiers_;
  std::vector<std::unique_ptr<DeployTargetKind>> targets_;
  std::vector<std::unique_ptr<DeployStrategyKind>> strategies_;
  std::vector<std::unique_ptr<ExecutorFactory>> executors_;
  std::vector<std::unique_ptr<StageMethod>> methods_;
  std::vector<std::unique_ptr<ReportReader>> report_readers_;
  std::deque<ToolPreset> tools_;  ///< stages keep pointers to them
};

}  // namespace pipectl
