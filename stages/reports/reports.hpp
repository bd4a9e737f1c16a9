#pragma once

#include <memory>

#include "core/api/report_reader.hpp"

namespace pipectl {
class Registry;
}

namespace pipectl::stages {

/// Adds every reader below.
void register_reports(Registry& registry);

[[nodiscard]] std::unique_ptr<ReportReader> make_junit_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_tap_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_cobertura_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_lcov_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_jacoco_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_coverage_py_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_sarif_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_eslint_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_flake8_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_checkstyle_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_gcc_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_clang_tidy_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_shellcheck_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_yamllint_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_hadolint_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_bandit_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_safety_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_pip_audit_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_npm_audit_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_trivy_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_grype_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_gitleaks_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_detect_secrets_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_secretlint_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_k6_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_artillery_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_hey_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_wrk_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_autocannon_reader();
[[nodiscard]] std::unique_ptr<ReportReader> make_prometheus_reader();

}  // namespace pipectl::stages
