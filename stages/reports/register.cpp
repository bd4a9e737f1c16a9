#include "core/api/registry.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {

void register_reports(Registry& registry) {
  registry.add(make_junit_reader());
  registry.add(make_tap_reader());
  registry.add(make_cobertura_reader());
  registry.add(make_lcov_reader());
  registry.add(make_jacoco_reader());
  registry.add(make_coverage_py_reader());
  registry.add(make_sarif_reader());
  registry.add(make_eslint_reader());
  registry.add(make_flake8_reader());
  registry.add(make_checkstyle_reader());
  registry.add(make_gcc_reader());
  registry.add(make_clang_tidy_reader());
  registry.add(make_shellcheck_reader());
  registry.add(make_yamllint_reader());
  registry.add(make_hadolint_reader());
  registry.add(make_bandit_reader());
  registry.add(make_safety_reader());
  registry.add(make_pip_audit_reader());
  registry.add(make_npm_audit_reader());
  registry.add(make_trivy_reader());
  registry.add(make_grype_reader());
  registry.add(make_gitleaks_reader());
  registry.add(make_detect_secrets_reader());
  registry.add(make_secretlint_reader());
  registry.add(make_k6_reader());
  registry.add(make_artillery_reader());
  registry.add(make_hey_reader());
  registry.add(make_wrk_reader());
  registry.add(make_autocannon_reader());
  registry.add(make_prometheus_reader());
}

}  // namespace pipectl::stages
