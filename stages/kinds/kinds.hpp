#pragma once

#include <memory>

#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

[[nodiscard]] std::unique_ptr<StageKind> make_run_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_checkout_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_lint_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_test_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_build_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_publish_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_security_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_perf_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_verify_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_deploy_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_approve_kind();
[[nodiscard]] std::unique_ptr<StageKind> make_rotate_kind();

}  // namespace pipectl::stages
