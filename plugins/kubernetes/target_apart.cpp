// Two whole sets: the Services' selectors decide which of them serves.
#include <fmt/format.h>

#include <algorithm>

#include "plugins/kubernetes/target.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

constexpr const char* hash_label = "pod-template-hash";
constexpr const char* autoscaler = "HorizontalPodAutoscaler";

bool selects(const std::map<std::string, std::string>& selector,
             const std::map<std::string, std::string>& labels) {
  return std::ranges::all_of(selector, [&labels](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

}  // namespace

Result<void> KubernetesTarget::apply_apart(const DeployWork& work) {
  const std::string fresh = other_set();
  for (const auto& [service, selector] : TRY(bound_selectors(work)))
    TRY(cluster_.set_selector(service, selector, work));
  Changes changes;
  changes.replicas = TRY(replicas_now(work));
  const ObjectList whole = TRY(objects_for(fresh, changes));
  return cluster_.apply(select(whole, {"Service", autoscaler}, Keep::others), work);
}

/// The selectors of the release before; a Service that would also select the new set's pods is
/// bound to those that serve now.
Result<Selectors> KubernetesTarget::bound_selectors(const DeployWork& work) const {
  if (!record_.running) return Selectors{};
  Labels fresh = plan_.workload.labels;
  fresh.merge(slot_of(other_set()));
  std::string hash;
  Selectors bound = record_.running->selectors;
  for (auto& [service, selector] : bound) {
    if (!selects(selector, fresh)) continue;
    if (hash.empty()) hash = TRY(cluster_.template_hash(home(), work));
    if (hash.empty())
      return fail(Fault::step,
                  fmt::format("{} has no replica set to bind '{}' to", home(), service));
    selector[hash_label] = hash;
  }
  return bound;
}

Result<std::string> KubernetesTarget::shift_apart(const DeployWork& work) {
  const std::string fresh = other_set();
  Labels labels = plan_.workload.labels;
  labels.merge(slot_of(fresh));
  const ObjectList whole = TRY(objects_for(fresh, {}));
  const ObjectList services = select(whole, {"Service"}, Keep::these);
  for (const auto& [service, selector] : services_of(services, labels))
    if (TRY(cluster_.has_service(service, work)))
      TRY(cluster_.set_selector(service, selector, work));
  TRY(cluster_.apply(services, work));
  // Until here the set that served had them: it keeps its number for the way back.
  TRY(cluster_.apply(select(whole, {autoscaler}, Keep::these), work));
  return fmt::format("all traffic is {}'s", fresh);
}

/// As they are recorded; those of a release that was not recorded whole scale its set from here on.
Result<void> KubernetesTarget::autoscalers_back(const DeployWork& work) {
  ObjectList old = select(record_.running->objects, {autoscaler}, Keep::these);
  if (is_empty(old)) old = select(TRY(objects_for(home(), {})), {autoscaler}, Keep::these);
  return cluster_.apply(old, work);
}

Result<std::string> KubernetesTarget::apart_back(const DeployWork& work) {
  if (!record_.running) return std::string{};
  TRY(autoscalers_back(work));
  if (TRY(cluster_.live(home(), work))) {
    if (!TRY(cluster_.has_autoscaler(home(), work)))
      TRY(cluster_.scale(home(), record_.running->replicas, work));
    TRY(cluster_.await_rollout(home(), work));
  }
  for (const auto& [service, selector] : TRY(bound_selectors(work)))
    TRY(cluster_.set_selector(service, selector, work));
  return fmt::format("all traffic is {}'s again", home());
}

}  // namespace pipectl::plugins::kubernetes
