#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/api/deploy_strategy.hpp"

namespace pipectl::stages {

/// The strategy that the file names, or with the usual settings the one that an expression names.
class StrategyChoice {
 public:
  using Known = std::map<std::string, std::unique_ptr<DeployStrategy>, std::less<>>;

  StrategyChoice() = default;
  explicit StrategyChoice(std::unique_ptr<DeployStrategy> named) : named_(std::move(named)) {}
  StrategyChoice(expr::Template name, Known known)
      : name_(std::move(name)), known_(std::move(known)) {}

  [[nodiscard]] bool empty() const noexcept { return named_ == nullptr && known_.empty(); }
  /// Null when only the run can tell.
  [[nodiscard]] const DeployStrategy* named() const noexcept { return named_.get(); }
  /// Fault::step when the expression names none, or one that the target cannot do.
  [[nodiscard]] Result<const DeployStrategy*> choose(const expr::Scope& scope,
                                                     const DeployAbilities& abilities) const;
  /// The steps, for `plan`; a line that says what decides them, where that is not known yet.
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope,
                                                 const DeployAbilities& abilities) const;

 private:
  std::unique_ptr<DeployStrategy> named_;
  expr::Template name_;
  Known known_;
};

}  // namespace pipectl::stages
