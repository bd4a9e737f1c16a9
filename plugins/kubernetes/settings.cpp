#include "plugins/kubernetes/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/docker/image_text.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/kubernetes/json_access.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

Result<std::optional<int>> replicas_of(const std::string& text) {
  if (text.empty()) return std::optional<int>{};
  int replicas = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), replicas);
  if (error != std::errc{} || end != text.data() + text.size() || replicas < 0)
    return fail(Fault::step, fmt::format("`replicas` is '{}', want a number", printable(text)));
  return std::optional{replicas};
}

/// A Secret of granted values; one that is optional and not there is left out. `stringData` is
/// turned to base64 by the server.
Result<std::string> make_secret(const std::string& name, const std::vector<std::string>& keys,
                                const StageContext& context) {
  json data = json::object();
  for (const std::string& key : keys) {
    const auto value = context.secrets.find(key);
    if (value != context.secrets.end()) {
      data[key] = value->second;
      continue;
    }
    const auto& absent = context.absent_secrets;
    if (std::ranges::find(absent, key) == absent.end())
      return fail(Fault::step,
                  fmt::format("Secret '{}' wants '{}', which this stage is not granted", name, key),
                  fmt::format("`secrets: [{}]` of the stage or its environment grants it", key));
    context.emit.note(
        fmt::format("secret {} is optional and not there: Secret '{}' has no such key",
                    printable(key), printable(name)));
  }
  return json{
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata", {{"name", name}, {"labels", {{"app.kubernetes.io/managed-by", "pipectl"}}}}},
      {"type", "Opaque"},
      {"stringData", std::move(data)}}
      .dump();
}

}  // namespace

Result<Access> access_of(const Settings& settings, const StageContext& context) {
  Access access;
  access.name_space = TRY(settings.name_space.evaluate(context.scope));
  access.context = TRY(settings.context.evaluate(context.scope));
  access.kubeconfig = TRY(settings.kubeconfig.evaluate(context.scope));
  access.request_timeout = settings.request_timeout;
  return access;
}

Result<ReleasePlan> make_plan(const Settings& settings, const Kubectl& kubectl) {
  const StageContext& context = kubectl.context();
  const auto& scope = context.scope;
  const ObjectList all = TRY(load_objects(settings.source, kubectl, {}));

  ReleasePlan plan;
  const std::string container = TRY(settings.container.evaluate(scope));
  plan.workload = TRY(find_workload(all, TRY(settings.deployment.evaluate(scope)), container));
  Changes changes;
  changes.container = container;
  changes.image = TRY(settings.image.evaluate(scope));
  changes.replicas = TRY(replicas_of(TRY(settings.replicas.evaluate(scope))));
  plan.objects =
      TRY(with_changes(select(all, {"Secret"}, Keep::others), plan.workload.name, changes));
  if (!changes.image.empty()) plan.workload.image = changes.image;
  plan.workload.replicas = changes.replicas.value_or(plan.workload.replicas);
  plan.selectors = services_of(plan.objects, plan.workload.labels);
  for (const json& secret : items_of(select(all, {"Secret"}, Keep::these)))
    plan.secrets.push_back(secret.dump());
  for (const auto& [name, keys] : settings.secrets)
    plan.secrets.push_back(TRY(make_secret(name, keys, context)));
  return plan;
}

Result<void> check_image(const Settings& settings, const StageContext& context) {
  if (!settings.image.text().empty()) TRY(docker::evaluate_image(settings.image, context));
  return {};
}

Result<void> check_image_of(const Workload& workload, const Settings& settings,
                            const StageContext& context) {
  if (workload.image.empty() || docker::is_image_name(workload.image)) return {};
  std::string hint = "the manifests say so";
  for (const auto& [name, text] : settings.source.set)
    if (auto better = docker::hint_of_missing(text, context.scope); !better.empty())
      hint = std::move(better);
  return fail(Fault::step, fmt::format("'{}' is no name of an image", printable(workload.image)),
              std::move(hint));
}

Result<ObjectList> objects_in(const SourceTree& tree, const Settings& settings,
                              const Kubectl& kubectl, const std::string& image) {
  const auto& scope = kubectl.context().scope;
  const ObjectList all = TRY(load_objects(settings.source, kubectl, tree));
  Changes changes;
  changes.container = TRY(settings.container.evaluate(scope));
  changes.image = image;
  const auto workload =
      TRY(find_workload(all, TRY(settings.deployment.evaluate(scope)), changes.container));
  return with_changes(select(all, {"Secret"}, Keep::others), workload.name, changes);
}

}  // namespace pipectl::plugins::kubernetes
