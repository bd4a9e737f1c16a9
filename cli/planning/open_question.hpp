#pragma once

#include <functional>
#include <set>
#include <string>

#include "core/engine/run_values.hpp"

namespace pipectl::cli {

/// The values of a node before the run, which notices when an expression asks for one that only the
/// run decides: outputs, `run.*`, success(), failure(), directly or through `env` and values of the
/// environment. What an expression does not come to (`false && failure()`) is not asked for.
class OpenQuestion final : public expr::Scope {
 public:
  OpenQuestion(const NodeScope& now, const StageSpec& stage);

  /// Whether only the run can decide the condition.
  [[nodiscard]] bool asked_by(const expr::Expression& condition) const;
  /// Whether only the run can give the value.
  [[nodiscard]] bool asked_by(expr::Path path) const;

  [[nodiscard]] expr::Value value(expr::Path path) const override;
  [[nodiscard]] bool success() const override;
  [[nodiscard]] bool failure() const override;
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override {
    return now_.changed(patterns);
  }

 private:
  void learn(const std::vector<EnvEntry>& entries);

  const NodeScope& now_;
  std::set<std::string, std::less<>> open_env_;
  mutable bool asked_{false};  ///< by what was evaluated last
};

}  // namespace pipectl::cli
