#include "stages/register.hpp"

#include "stages/checks/checks.hpp"
#include "stages/kinds/kinds.hpp"
#include "stages/load/load.hpp"
#include "stages/provision/provision.hpp"
#include "stages/reports/reports.hpp"
#include "stages/strategies/strategies.hpp"
#include "stages/tools/tools.hpp"

namespace pipectl {

void register_stages(Registry& registry) {
  registry.add(stages::make_run_kind());
  registry.add(stages::make_checkout_kind());
  registry.add(stages::make_lint_kind());
  registry.add(stages::make_test_kind());
  registry.add(stages::make_build_kind());
  registry.add(stages::make_publish_kind());
  registry.add(stages::make_security_kind());
  registry.add(stages::make_perf_kind());
  registry.add(stages::make_verify_kind());
  registry.add(stages::make_deploy_kind());
  registry.add(stages::make_approve_kind());
  registry.add(stages::make_rotate_kind());
  registry.add(stages::make_provision_kind());

  registry.add(stages::make_rolling_strategy());
  registry.add(stages::make_blue_green_strategy());
  registry.add(stages::make_canary_strategy());

  registry.add(stages::make_http_check());
  registry.add(stages::make_tcp_check());
  registry.add(stages::make_command_check());
  registry.add(stages::make_load_method());
  registry.add(stages::make_terraform_method());
  registry.add(stages::make_ansible_method());
  stages::register_reports(registry);
  stages::register_tools(registry);
}

}  // namespace pipectl
