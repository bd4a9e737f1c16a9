// A canary: its share of the traffic is its share of the pods that the Services select.
#include <fmt/format.h>

#include <algorithm>

#include "plugins/kubernetes/target.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

constexpr const char* track_label = "pipectl.dev/track";

/// So many of `all` that the share is reached, and never none.
int part_of(int all, int percent) {
  return std::clamp((all * percent + 99) / 100, 1, std::max(1, all));
}

/// So many more beside `all`, which stay.
int part_beside(int all, int percent) {
  const int share = std::min(percent, 90);  // more of it would take more than any number of pods
  return std::max(1, (all * share + (100 - share) - 1) / (100 - share));
}

}  // namespace

Result<void> KubernetesTarget::apply_mixed(const DeployWork& work) {
  const std::string stable = home();
  if (TRY(cluster_.live(canary(), work))) TRY(mixed_back(work));  // somebody else's, left behind
  const ObjectList whole = TRY(objects_for(stable, {}));
  TRY(cluster_.apply(
      select(without_deployment(whole, stable), {"HorizontalPodAutoscaler"}, Keep::others), work));
  Changes changes;
  changes.replicas = 0;
  Labels labels = slot_of(stable);
  labels.emplace(track_label, "canary");
  const ObjectList only = TRY(with_changes(only_deployment(plan_.objects, plan_.workload.name),
                                           plan_.workload.name, changes));
  return cluster_.apply(TRY(as_set(only, plan_.workload.name, canary(), labels)), work);
}

Result<std::string> KubernetesTarget::shift_mixed(int percent, const DeployWork& work) {
  if (percent == 0) {
    TRY(mixed_back(work));
    return fmt::format("all traffic is {}'s again", home());
  }
  // An autoscaler would undo a smaller number, but rests while there is none.
  const bool stays = percent < 100 && TRY(cluster_.has_autoscaler(home(), work));
  const int all = TRY(replicas_now(work));
  const int part = stays ? part_beside(all, percent) : part_of(all, percent);
  TRY(cluster_.scale(canary(), part, work));
  TRY(cluster_.await_rollout(canary(), work));
  const bool alone = !TRY(cluster_.live(home(), work)).has_value();
  const int rest = alone ? 0 : stays ? all : all - part;
  if (!alone && !stays) TRY(cluster_.scale(home(), rest, work));
  return fmt::format("{} of {} are new", part, part + rest);
}

/// The home carries everything before the canary gives anything up.
Result<void> KubernetesTarget::mixed_back(const DeployWork& work) {
  const auto stable = TRY(cluster_.live(home(), work));
  if (stable && record_.running) {
    const int recorded = record_.running->replicas;
    if (!TRY(cluster_.has_autoscaler(home(), work)))
      TRY(cluster_.scale(home(), recorded, work));
    else if (stable->replicas == 0)
      TRY(cluster_.scale(home(), TRY(autoscaled_number(work)).value_or(recorded), work));
    TRY(cluster_.await_rollout(home(), work));
  }
  if (TRY(cluster_.live(canary(), work))) TRY(cluster_.scale(canary(), 0, work));
  return {};
}

}  // namespace pipectl::plugins::kubernetes
