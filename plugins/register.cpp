#include "plugins/register.hpp"

#include "plugins/cdevents/cdevents.hpp"
#include "plugins/docker/docker.hpp"
#include "plugins/github/github.hpp"
#include "plugins/kubernetes/kubernetes.hpp"
#include "plugins/release/release.hpp"
#include "plugins/renderhost/renderhost.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/slack/slack.hpp"
#include "plugins/webhook/webhook.hpp"

namespace pipectl {

void register_plugins(Registry& registry) {
  registry.add(plugins::make_env_secrets());
  registry.add(plugins::make_file_secrets());
  registry.add(plugins::make_file_env_secrets());
  registry.add(plugins::make_dotenv_secrets());
  registry.add(plugins::make_command_secrets());
  registry.add(plugins::make_kubernetes_secrets());
  registry.add(plugins::make_docker_secrets());
  registry.add(plugins::make_aws_secrets());
  registry.add(plugins::make_vault_secrets());
  registry.add(plugins::make_keyring_secrets());
  registry.add(plugins::make_kubernetes_target());
  registry.add(plugins::make_kubernetes_check());
  registry.add(plugins::make_kubernetes_rotation());
  registry.add(renderhost::make_target());

  registry.add(docker::make_factory());
  registry.add(docker::make_build_method());
  registry.add(docker::make_publish_method());
  registry.add(docker::make_compose_target());
  registry.add(docker::make_app_target());

  registry.add(releasing::make_release_kind());

  registry.add(github::make_notifier());
  registry.add(notifiers::make_slack_notifier());
  registry.add(notifiers::make_webhook_notifier());
  registry.add(notifiers::make_cdevents_notifier());
}

}  // namespace pipectl
