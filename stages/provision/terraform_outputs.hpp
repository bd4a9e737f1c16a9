#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/outcome.hpp"

namespace pipectl::stages {

/// What `terraform output -json` told, without what Terraform calls sensitive.
struct TerraformOutputs {
  Outputs values;                   ///< texts as they are, all else as JSON
  std::string json;                 ///< in Terraform's own form
  std::vector<std::string> hidden;  ///< names of those that are sensitive
};
[[nodiscard]] Result<TerraformOutputs> read_terraform_outputs(const std::string& text);

/// What `terraform show -json PLAN` says is to be done.
struct PlannedChanges {
  int add{0}, change{0}, destroy{0};
  [[nodiscard]] bool none() const noexcept { return add + change + destroy == 0; }
};
[[nodiscard]] Result<PlannedChanges> read_terraform_plan(const std::string& text);
/// `2 to add · 1 to destroy`, `no changes`
[[nodiscard]] std::string describe(const PlannedChanges& changes);

/// As lines for $PIPECTL_OUTPUT.
[[nodiscard]] std::string to_output_lines(const Outputs& values);

}  // namespace pipectl::stages
