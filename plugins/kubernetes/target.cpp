#include "plugins/kubernetes/target.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/kubernetes/gaps.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

constexpr const char* slot_label = "pipectl.dev/slot";

const DeployWork tidying{Lifetime::cleanup, {}};

std::string value_of(const EnvMap& env, const std::string& name) {
  const auto found = env.find(name);
  return found == env.end() ? std::string{} : found->second;
}

}  // namespace

KubernetesTarget::KubernetesTarget(StageContext& context, Access access)
    : context_(context),
      kubectl_(context, std::move(access)),
      cluster_(kubectl_),
      http_(kubectl_),
      me_(context.run_id + "/" + context.stage) {}

KubernetesTarget::~KubernetesTarget() {
  // A deploy that a hard stop cut keeps the lock: it is resumed, or undone by hand.
  if (lease_ && !context_.cleanup.cancelled()) lease_->release(tidying);
}

Result<void> KubernetesTarget::open(const Settings& settings, DeployPurpose purpose) {
  settings_ = &settings;
  if (purpose == DeployPurpose::go_back) return open_to_go_back(settings);
  TRY(check_image(settings, context_));
  const DeployWork work;
  TRY(cluster_.ensure_namespace(work));
  plan_ = TRY(make_plan(settings, kubectl_));
  TRY(check_image_of(plan_.workload, settings, context_));
  lease_ = std::make_unique<Lease>(kubectl_, plan_.workload.name, me_);
  book_ = std::make_unique<RecordBook>(kubectl_, plan_.workload.name);
  TRY(lease_->take(work));
  TRY(learn(work));
  const bool resumed = !context_.remembered.empty();
  if (!resumed)
    for (const std::string& gap : gaps_in_service(plan_.objects, plan_.workload.name))
      context_.emit.note(gap);
  if (!resumed) TRY(cluster_.rehearse(TRY(objects_for(home(), {})), work));
  return announce(work);
}

/// The record says what ran healthily; where there is none, or somebody else has deployed since,
/// what runs now counts as that.
Result<void> KubernetesTarget::learn(const DeployWork& work) {
  record_ = TRY(book_->read(work));
  const auto live = TRY(cluster_.live(home(), work));
  if (!live) return {};
  const bool changed =
      record_.running && record_.deploying.empty() && record_.running->image != live->image;
  if (record_.running && !changed) return {};
  if (changed) {
    context_.emit.note(fmt::format("'{}' runs here, which pipectl did not deploy", live->image));
    record_.history.insert(record_.history.begin(), *record_.running);
  }
  record_.running = TRY(found_running(*live, work));
  return {};
}

Result<Release> KubernetesTarget::found_running(const Live& live, const DeployWork& work) const {
  Release release;
  release.image = live.image;
  release.set = home();
  release.objects = live.object;
  release.replicas = live.replicas;
  release.time = iso8601(context_.clock.wall());
  release.selectors = TRY(cluster_.live_selectors(live.labels, work));
  return release;
}

/// Says in the record that a deploy is under way, before anything is changed.
Result<void> KubernetesTarget::announce(const DeployWork& work) {
  if (!record_.deploying.empty() && record_.deploying != me_)
    context_.emit.note(
        fmt::format("run {} was interrupted while it deployed here", printable(record_.deploying)));
  if (record_.deploying == me_) return {};
  record_.deploying = me_;
  return book_->write(record_, work);
}

std::string KubernetesTarget::before() const {
  return record_.running ? record_.running->image : std::string{};
}

std::string KubernetesTarget::home() const {
  return record_.running ? record_.running->set : plan_.workload.name;
}

std::string KubernetesTarget::other_set() const {
  const std::string& name = plan_.workload.name;
  if (!record_.running || record_.running->set == name + "-green") return name + "-blue";
  return name + "-green";
}

std::string KubernetesTarget::set_of(DeployPlace place) const {
  switch (place) {
    case DeployPlace::instead:
      return home();
    case DeployPlace::mixed:
      return canary();
    case DeployPlace::apart:
      return other_set();
  }
  return home();
}

KubernetesTarget::Labels KubernetesTarget::slot_of(const std::string& set) const {
  if (set == plan_.workload.name) return {};
  return {{slot_label, set.substr(plan_.workload.name.size() + 1)}};
}

Result<ObjectList> KubernetesTarget::objects_for(const std::string& set,
                                                 const Changes& changes) const {
  const Labels slot = slot_of(set);
  Selectors selectors = plan_.selectors;
  for (auto& [service, selector] : selectors) selector.insert(slot.begin(), slot.end());
  const ObjectList changed = TRY(with_changes(plan_.objects, plan_.workload.name, changes));
  return as_set(with_selectors(changed, selectors), plan_.workload.name, set, slot);
}

/// An autoscaler decides by itself: its number is kept.
Result<int> KubernetesTarget::replicas_now(const DeployWork& work) const {
  const bool scaled = is_autoscaled(plan_.objects, plan_.workload.name) ||
                      TRY(cluster_.has_autoscaler(home(), work));
  if (!scaled) return plan_.workload.replicas;
  return TRY(autoscaled_number(work)).value_or(plan_.workload.replicas);
}

/// The number that an autoscaler gave the home. While a canary carries everything, it has that.
Result<std::optional<int>> KubernetesTarget::autoscaled_number(const DeployWork& work) const {
  for (const std::string& set : {home(), canary()}) {
    const auto live = TRY(cluster_.live(set, work));
    if (live && live->replicas > 0) return std::optional{live->replicas};
  }
  return std::optional<int>{};
}

Result<void> KubernetesTarget::put_secrets(const DeployWork& work) const {
  for (const std::string& secret : plan_.secrets) TRY(put(kubectl_, secret, work));
  return {};
}

Result<std::string> KubernetesTarget::apply(const DeployStep& step, const DeployWork& work) {
  TRY(lease_->take(work));
  TRY(put_secrets(work));
  if (step.place == DeployPlace::instead) TRY(apply_instead(step, work));
  if (step.place == DeployPlace::mixed) TRY(apply_mixed(work));
  if (step.place == DeployPlace::apart) TRY(apply_apart(work));
  return fmt::format("{} as {}", plan_.workload.image, set_of(step.place));
}

Result<void> KubernetesTarget::apply_instead(const DeployStep& step, const DeployWork& work) {
  Changes changes;
  changes.replicas = TRY(replicas_now(work));
  changes.surge = step.surge;
  changes.unavailable = step.unavailable;
  return cluster_.apply(TRY(objects_for(home(), changes)), work);
}

Result<std::string> KubernetesTarget::settle(const DeployStep& step, const DeployWork& work) {
  TRY(lease_->take(work));
  return cluster_.await_rollout(set_of(step.place), work);
}

Result<std::string> KubernetesTarget::shift(const DeployStep& step, const DeployWork& work) {
  TRY(lease_->take(work));
  if (step.place == DeployPlace::mixed) return shift_mixed(step.share, work);
  return step.share == 0 ? apart_back(work) : shift_apart(work);
}

Result<std::string> KubernetesTarget::record(const DeployStep& step, const DeployWork& work) {
  TRY(lease_->take(work));
  const bool done = record_.running && record_.running->run == me_;
  if (!done) {
    Release release;
    release.set = set_of(step.place);
    release.image = plan_.workload.image;
    release.commit = value_of(context_.env, "PIPECTL_GIT_SHA");
    release.run = me_;
    release.time = iso8601(context_.clock.wall());
    release.replicas = plan_.workload.replicas;
    release.objects = TRY(objects_for(release.set, {}));
    release.selectors = services_of(release.objects, [&] {
      Labels labels = plan_.workload.labels;
      labels.merge(slot_of(release.set));
      return labels;
    }());
    if (record_.running) record_.history.insert(record_.history.begin(), *record_.running);
    record_.running = std::move(release);
  }
  record_.deploying.clear();
  TRY(book_->write(record_, work));
  return fmt::format("{} is in service", plan_.workload.image);
}

Result<std::string> KubernetesTarget::retire(const DeployStep& step, const DeployWork& work) {
  TRY(lease_->take(work));
  if (step.place == DeployPlace::apart) {
    if (record_.history.empty() || record_.history.front().set == home()) return std::string{};
    const std::string& old = record_.history.front().set;
    TRY(cluster_.scale(old, 0, work));
    return fmt::format("{} is kept without replicas", old);
  }
  TRY(cluster_.remove_deployment(canary(), work));
  return std::string{"tidied up"};
}

Result<void> KubernetesTarget::apply_old_companions(const DeployWork& work) {
  if (!record_.running || record_.running->objects.empty()) return {};
  return cluster_.apply(select(without_deployment(record_.running->objects, home()),
                               {"Service", "HorizontalPodAutoscaler"}, Keep::others),
                        work);
}

Result<std::string> KubernetesTarget::remove(DeployPlace place, const DeployWork& work) {
  TRY(lease_->take(work));
  if (place == DeployPlace::mixed) TRY(mixed_back(work));
  if (place == DeployPlace::apart) {
    // Without replicas it gets no traffic, whatever the Services select from here on.
    if (TRY(cluster_.live(other_set(), work))) {
      TRY(cluster_.scale(other_set(), 0, work));
      TRY(cluster_.await_rollout(other_set(), work));
    }
    if (record_.running)
      for (const auto& [service, selector] : record_.running->selectors)
        TRY(cluster_.set_selector(service, selector, work));
  }
  TRY(apply_old_companions(work));
  TRY(cluster_.remove_deployment(set_of(place), work));
  return fmt::format("{} was removed", set_of(place));
}

}  // namespace pipectl::plugins::kubernetes
