// Back to a release that is recorded: from a failed deploy, or because somebody says so.
#include <fmt/format.h>

#include <algorithm>

#include "core/api/release_history.hpp"
#include "core/base/text.hpp"
#include "plugins/kubernetes/target.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

/// Those that `--to` can name.
std::vector<Release> with_run(std::vector<Release> releases) {
  std::erase_if(releases, [](const Release& one) { return one.run.empty(); });
  return releases;
}

}  // namespace

/// Whoever goes back in an emergency needs neither the manifests nor the lock's holder.
Result<void> KubernetesTarget::open_to_go_back(const Settings& settings) {
  const DeployWork work;
  plan_.workload.name = TRY(settings.deployment.evaluate(context_.scope));
  if (plan_.workload.name.empty())
    plan_.workload.name = TRY(make_plan(settings, kubectl_)).workload.name;
  lease_ = std::make_unique<Lease>(kubectl_, plan_.workload.name, me_);
  book_ = std::make_unique<RecordBook>(kubectl_, plan_.workload.name);
  TRY(lease_->seize(work));
  return learn(work);
}

Result<Release> KubernetesTarget::release_to_go_back_to(const std::string& run) const {
  if (run.empty()) {
    // What a deploy that came to no end was to replace is the last healthy one.
    if (!record_.deploying.empty() && record_.running) return *record_.running;
    if (const Release* before = release_before(record_.history)) return *before;
    return fail(Fault::step,
                fmt::format("no earlier release of '{}' is recorded", plan_.workload.name),
                hint_of_no_release(with_run(record_.history)));
  }
  std::vector<std::string> known;
  for (const Release& release : record_.history) {
    if (release.run.starts_with(run)) return release;
    if (!release.run.empty()) known.push_back(fmt::format("{} ({})", release.run, release.image));
  }
  if (record_.running && record_.running->run.starts_with(run)) return *record_.running;
  return fail(Fault::step, fmt::format("no release of run '{}' is recorded", printable(run)),
              known.empty() ? "none is" : "recorded are: " + join(known, ", "));
}

/// True when pipectl has never deployed here: what runs was found.
bool KubernetesTarget::is_unrecorded() const {
  return record_.running && record_.running->run.empty() && record_.history.empty() &&
         record_.deploying.empty();
}

/// Kubernetes itself knows the templates that a Deployment had.
Result<std::string> KubernetesTarget::go_back_unrecorded(const DeployWork& work) {
  const std::string from = record_.running->image;
  context_.emit.note("no release is recorded here; going back a revision instead");
  TRY(cluster_.undo_rollout(home(), 0, work));
  TRY(cluster_.await_rollout(home(), work));
  const auto live = TRY(cluster_.live(home(), work));
  if (!live) return fail(Fault::step, fmt::format("{} is gone", home()));
  const Release release = TRY(found_running(*live, work));
  note_way_back(record_, release, WayBack::before,
                [](const Release&, const Release&) { return false; });
  TRY(book_->write(record_, work));
  return fmt::format("{} -> {}", from, release.image);
}

Result<std::string> KubernetesTarget::go_back(const std::string& run, const DeployWork& work) {
  if (run.empty() && is_unrecorded()) return go_back_unrecorded(work);
  const Release release = TRY(release_to_go_back_to(run));
  const std::string from = record_.running ? record_.running->image : std::string{"nothing"};
  TRY(restore_release(release, work));
  TRY(take_away_others(release, work));
  note_way_back(record_, release, run.empty() ? WayBack::before : WayBack::named,
                [](const Release& one, const Release& other) {
                  return one.run == other.run && one.time == other.time;
                });
  record_.deploying.clear();
  TRY(book_->write(record_, work));
  return fmt::format("{} -> {}", from, release.image);
}

/// As many as it had; where an autoscaler decides, as many as there are now, whichever set has
/// them.
Result<int> KubernetesTarget::replicas_of(const Release& release, const ObjectList& objects,
                                          const DeployWork& work) const {
  const bool scaled =
      is_autoscaled(objects, release.set) || TRY(cluster_.has_autoscaler(release.set, work));
  if (!scaled) return release.replicas;
  return TRY(autoscaled_number(work)).value_or(release.replicas);
}

/// Its objects, its pods, and only then the traffic.
Result<void> KubernetesTarget::bring_back(const Release& release, const DeployWork& work) {
  if (release.objects.empty())
    return fail(Fault::step, fmt::format("release {} was too large to be recorded", release.image));
  Changes changes;
  changes.replicas = TRY(replicas_of(release, release.objects, work));
  const ObjectList objects = TRY(with_changes(release.objects, release.set, changes));
  TRY(cluster_.apply(select(objects, {"Service"}, Keep::others), work));
  is_record_applied_ = true;
  TRY(cluster_.await_rollout(release.set, work));
  for (const auto& [service, selector] : release.selectors)
    if (TRY(cluster_.has_service(service, work)))
      TRY(cluster_.set_selector(service, selector, work));
  return cluster_.apply(
      with_selectors(select(objects, {"Service"}, Keep::these), release.selectors), work);
}

/// Other sets and a canary give up what they have.
Result<void> KubernetesTarget::take_away_others(const Release& release, const DeployWork& work) {
  const std::string& name = plan_.workload.name;
  for (const std::string& set : {name, name + "-blue", name + "-green"}) {
    if (set == release.set || !TRY(cluster_.live(set, work))) continue;
    TRY(cluster_.scale(set, 0, work));
  }
  return cluster_.remove_deployment(canary(), work);
}

}  // namespace pipectl::plugins::kubernetes
