#pragma once

#include <memory>

#include "core/api/stage_kind.hpp"
#include "core/api/stage_method.hpp"

namespace pipectl::stages {

/// Commands, or one of these two.
[[nodiscard]] std::unique_ptr<StageKind> make_provision_kind();
/// `terraform` of `kind: provision`: init, plan, apply of that very plan, outputs.
[[nodiscard]] std::unique_ptr<StageMethod> make_terraform_method();
/// `ansible` of `kind: provision`: a playbook.
[[nodiscard]] std::unique_ptr<StageMethod> make_ansible_method();

}  // namespace pipectl::stages
