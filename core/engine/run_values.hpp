#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
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
  WallTime started{};  ///< of its first try, also when it is resumed
  Event event;
  GitInfo git;
  std::map<std::string, std::string> params;     ///< checked and complete, defaults filled in
  std::map<std::string, std::string> variables;  ///< -e and --env-file: win over every `env`
  std::string environment;                       ///< -E, for stages that name none
  EnvMap host;                                   ///< without the source variables of secrets
  std::filesystem::path workspace;
  /// Files changed by the event, asked for at most once and only when a condition needs them.
  /// Called by several threads at once. Nothing when it cannot be told (no repository, a shallow
  /// clone): then everything has changed.
  std::function<std::optional<std::vector<std::string>>()> changed_files;
};

/// The outputs of ended stages. Written by the engine's thread, read by workers. The instances of a
/// matrix share their stage's name: of each key the last instance in the plan's order that sets it
/// decides, in whatever order they end.
class OutputTable {
 public:
  void add(plan::NodeId id, const std::string& stage, const Outputs& outputs);
  [[nodiscard]] std::optional<std::string> find(std::string_view stage, std::string_view key) const;
  /// Of one stage, copied; empty when it has none.
  [[nodiscard]] Outputs of(std::string_view stage) const;
  [[nodiscard]] bool empty() const;

 private:
  struct Entry {
    plan::NodeId from;
    std::string value;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Entries, std::less<>> stages_;  // protected by mutex_
};

/// The values that one node's expressions see. Always whole: there is none without its `env`.
class NodeScope final : public expr::Scope {
 public:
  /// All of it outlives the scope.
  struct Parts {
    const RunFacts& facts;
    const OutputTable& outputs;
    const Pipeline& pipeline;
    const plan::Node& node;
    bool upstream_failed{false};  ///< a need, direct or not
    bool needs_ended_well{true};  ///< a stage without a condition would run
  };

  /// Evaluates the `env` of file, environment, group and stage, in this order: the nearest wins, a
  /// value may read those before it, and -e wins over all, also in what other values read.
  static Result<NodeScope> compose(const Parts& parts);

  [[nodiscard]] expr::Value value(expr::Path path) const override;
  [[nodiscard]] bool success() const override { return needs_ended_well_; }
  [[nodiscard]] bool failure() const override { return upstream_failed_; }
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override;

  /// What the node's children get of `env:` keys and -e.
  [[nodiscard]] const EnvMap& env() const noexcept { return env_; }
  /// The stage's own environment, else that of -E, else null.
  [[nodiscard]] const EnvironmentSpec* environment() const noexcept { return environment_; }
  [[nodiscard]] const RunFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] const Pipeline& pipeline() const noexcept { return pipeline_; }

 private:
  explicit NodeScope(const Parts& parts);
  Result<void> add(const std::vector<EnvEntry>& entries);
  [[nodiscard]] expr::Value environment_value(expr::Path path) const;

  const RunFacts& facts_;
  const OutputTable& outputs_;
  const Pipeline& pipeline_;
  const plan::Node& node_;
  const EnvironmentSpec* environment_;
  bool upstream_failed_;
  bool needs_ended_well_;
  EnvMap env_;
};

/// The value of a template that stands outside every stage (`source.ref`): it reads what a stage
/// without keys of its own would.
[[nodiscard]] Result<std::string> evaluate_for_file(const expr::Template& text,
                                                    const RunFacts& facts,
                                                    const Pipeline& pipeline);

}  // namespace pipectl
