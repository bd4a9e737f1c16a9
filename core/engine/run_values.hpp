#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/expr/scope.hpp"
#include "core/model/outcome.hpp"
#include "core/model/pipeline.hpp"
#include "core/model/run_info.hpp"
#include "core/plan/plan.hpp"

namespace pipectl {

/// What expressions of a run can read and what does not change while it runs.
struct RunFacts {
  std::string id;
  long number{0};
  Event event;
  GitInfo git;
  std::map<std::string, std::string> params;     ///< checked and complete, defaults filled in
  std::map<std::string, std::string> variables;  ///< -e and --env-file: win over every `env`
  std::string environment;                       ///< -E, for stages that name none
  EnvMap host;                                   ///< without the source variables of secrets
  std::filesystem::path workspace;
  /// Files changed by the event, asked for at most once and only when a condition needs them.
  /// Nothing when it cannot be told (no repository, a shallow clone): then everything has changed.
  std::function<std::optional<std::vector<std::string>>()> changed_files;
};

/// The outputs of ended stages. Written by the engine's thread, read by workers.
class OutputTable {
 public:
  void add(const std::string& stage, const Outputs& outputs);
  [[nodiscard]] std::optional<std::string> find(std::string_view stage, std::string_view key) const;
  /// Of one stage, copied; empty when it has none.
  [[nodiscard]] Outputs of(std::string_view stage) const;
  [[nodiscard]] bool empty() const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, Outputs, std::less<>> stages_;  // protected by mutex_
};

/// The values that one node's expressions see. `env` is what its children get of `env:` keys; it
/// grows while it is being composed, then stays.
class NodeScope final : public expr::Scope {
 public:
  struct Upstream {
    bool failed{false};
  };

  NodeScope(const RunFacts& facts, const OutputTable& outputs, const Pipeline& pipeline,
            const plan::Node& node, Upstream upstream);

  [[nodiscard]] expr::Value value(expr::Path path) const override;
  [[nodiscard]] bool success() const override { return !upstream_.failed; }
  [[nodiscard]] bool failure() const override { return upstream_.failed; }
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override;

  [[nodiscard]] EnvMap& env() noexcept { return env_; }
  [[nodiscard]] const EnvMap& env() const noexcept { return env_; }
  /// The stage's own environment, else that of -E, else null.
  [[nodiscard]] const EnvironmentSpec* environment() const noexcept { return environment_; }
  [[nodiscard]] const RunFacts& facts() const noexcept { return facts_; }

 private:
  [[nodiscard]] expr::Value environment_value(expr::Path path) const;

  const RunFacts& facts_;
  const OutputTable& outputs_;
  const Pipeline& pipeline_;
  const plan::Node& node_;
  const EnvironmentSpec* environment_;
  Upstream upstream_;
  EnvMap env_;
};

}  // namespace pipectl
