#include "plugins/kubernetes/rotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/base64.hpp"
#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"
#include "plugins/kubernetes/record.hpp"
#include "plugins/kubernetes/rotation_record.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

/// `apply` keeps a copy of what it applied here: the old value would outlive its retirement.
constexpr const char* last_applied = "kubectl.kubernetes.io/last-applied-configuration";

tl::unexpected<Error> changed_by_another(const std::string& where) {
  return fail(Fault::step, fmt::format("{} was changed by somebody else meanwhile", where),
              "what stands there now is left alone; look at it before the next rotation");
}

}  // namespace

/// Of the key: from one of two values to the second, with or without the old one beside it.
struct KubernetesRotation::Change {
  const std::string& from;
  const std::string& to;
  std::string beside{};  ///< value of the key `previous`; empty: none
};

KubernetesRotation::KubernetesRotation(StageContext& context, RotationAim place)
    : place_(std::move(place)),
      kubectl_(context, place_.access),
      cluster_(kubectl_),
      http_(kubectl_),
      me_(context.run_id + "/" + context.stage),
      lease_(kubectl_, place_.secret + "-secret", me_, "rotating a secret") {}

KubernetesRotation::~KubernetesRotation() { lease_.release({Lifetime::cleanup, {}}); }

Result<void> KubernetesRotation::open() { return lease_.take({}); }

std::string KubernetesRotation::name() const {
  const std::string& space = place_.access.name_space;
  return fmt::format("{}{}#{}", space.empty() ? "" : space + "/", place_.secret, place_.key);
}

/// As JSON; empty when there is none.
Result<std::string> KubernetesRotation::get(const std::string& secret,
                                            const DeployWork& work) const {
  return kubectl_.run(
      {.argv = {"get", "secret", secret, "--ignore-not-found", "--output=json"}, .work = work});
}

Result<std::optional<Rotation>> KubernetesRotation::unfinished(const DeployWork& work) {
  const std::string text = TRY(get(record(), work));
  if (text.empty()) return std::optional<Rotation>{};
  return std::optional{TRY(rotation_in(text, place_.key))};
}

Result<std::string> KubernetesRotation::current(const DeployWork& work) {
  const std::string text = TRY(get(place_.secret, work));
  const json secret = json::parse(text, nullptr, false);
  const auto data = texts_at(secret, "/data");
  const auto found = data.find(place_.key);
  const auto value = found == data.end() ? std::nullopt : decode_base64(found->second);
  if (!value || value->empty())
    return fail(Fault::step, fmt::format("{} is not there: there is nothing to rotate", name()),
                "a deploy makes the first value; `restart` and `key` must fit it");
  return *value;
}

/// One that is there is replaced only as long as it is this rotation's.
Result<void> KubernetesRotation::write_down(const Rotation& rotation, const DeployWork& work) {
  TRY(lease_.take(work));
  return pipectl::plugins::kubernetes::put(kubectl_, to_record(rotation, record(), place_.key),
                                           work);
}

Result<bool> KubernetesRotation::change(const Change& change, const DeployWork& work) {
  TRY(lease_.take(work));
  constexpr int tries = 5;  // somebody may change another key between our look and our hand
  for (int i = 0; i < tries; ++i) {
    json secret = json::parse(TRY(get(place_.secret, work)), nullptr, false);
    if (!secret.is_object() || !secret["data"].is_object()) return changed_by_another(name());
    json& data = secret["data"];
    const json before = data;
    const std::string now = text_at(data, ("/" + place_.key).c_str());
    if (now != encode_base64(change.from) && now != encode_base64(change.to))
      return changed_by_another(name());
    data[place_.key] = encode_base64(change.to);
    if (!place_.previous.empty() && change.beside.empty()) data.erase(place_.previous);
    if (!place_.previous.empty() && !change.beside.empty())
      data[place_.previous] = encode_base64(change.beside);
    json& notes = secret["metadata"]["annotations"];
    const bool copied = notes.is_object() && notes.erase(last_applied) > 0;
    if (data == before && !copied) return false;
    if (notes.is_null()) secret["metadata"].erase("annotations");
    const auto done =
        kubectl_.run({.argv = {"replace", "--filename=-"}, .input = secret.dump(), .work = work});
    if (done) return true;
    if (!says_conflict(done.error())) return tl::unexpected(done.error());
  }
  return fail(Fault::infrastructure, fmt::format("{} changes too often to be replaced", name()));
}

Result<std::string> KubernetesRotation::put(const Rotation& rotation, const DeployWork& work) {
  TRY(change({rotation.old_value, rotation.fresh_value, rotation.old_value}, work));
  tell_of_others(work);
  if (place_.previous.empty()) return fmt::format("{} has the new value", name());
  return fmt::format("{} has the new value, {} the old one", name(), place_.previous);
}

Result<bool> KubernetesRotation::drop_old(const Rotation& rotation, const DeployWork& work) {
  TRY(change({rotation.fresh_value, rotation.fresh_value, {}}, work));
  return !place_.previous.empty();
}

Result<bool> KubernetesRotation::put_back(const Rotation& rotation, const DeployWork& work) {
  return change({rotation.fresh_value, rotation.old_value, {}}, work);
}

/// Only a Deployment has a deadline of its own, and pods that tell why they are not ready.
Result<std::string> KubernetesRotation::await(const Restartable& workload,
                                              const DeployWork& work) const {
  if (workload.kind == "deployment") return cluster_.await_rollout(workload.name, work);
  const auto left = work.limit->deadline - kubectl_.context().clock.steady();
  const auto seconds = std::max<long>(1, std::chrono::ceil<std::chrono::seconds>(left).count());
  // It ends by itself at the limit; only when it hangs is it ended from here.
  const TimeLimit limit{work.limit->deadline + Milliseconds{5'000}, work.limit->limit};
  TRY(kubectl_.run(
      {.argv = {"rollout", "status", workload.reference(), fmt::format("--timeout={}s", seconds)},
       .work = {work.lifetime, limit},
       .waits = true}));
  return workload.reference() + " is ready";
}

Result<std::string> KubernetesRotation::restart_one(const Restartable& workload,
                                                    const DeployWork& work) {
  const TimeLimit limit{kubectl_.context().clock.steady() + place_.deadline, place_.deadline};
  const DeployWork patient{work.lifetime, limit};
  const bool deployment = workload.kind == "deployment";
  Lease lease{kubectl_, deployment ? workload.name : workload.name + "-" + workload.kind, me_};
  TRY(lease.take(patient));
  auto done = kubectl_.run({.argv = {"rollout", "restart", workload.reference()}, .work = patient});
  if (done) done = await(workload, patient);
  lease.release({Lifetime::cleanup, {}});
  return done;
}

Result<std::string> KubernetesRotation::restart(const DeployWork& work) {
  const auto all = place_.deadline * static_cast<long>(place_.restart.size());
  TRY(lease_.take({work.lifetime, TimeLimit{kubectl_.context().clock.steady() + all, all}}));
  std::vector<std::string> names;
  for (const Restartable& workload : place_.restart) {
    const auto done = restart_one(workload, work);
    if (!done) return tl::unexpected(done.error());
    kubectl_.context().emit.note("started anew: " + *done);
    names.push_back(workload.text());
  }
  return join(names, ", ");
}

/// Nobody who reads the Secret is passed over in silence.
void KubernetesRotation::tell_of_others(const DeployWork& work) const {
  const auto list = kubectl_.run(
      {.argv = {"get", "deployments,statefulsets,daemonsets", "--output=json"}, .work = work});
  auto& emit = kubectl_.context().emit;
  if (!list)
    return emit.note(fmt::format("warning: whether others read the Secret {} is not known: {}",
                                 place_.secret, list.error().message));
  for (const json& object : items_of(*list)) {
    const auto user = user_of(object, place_.secret);
    if (!user || std::ranges::find(place_.restart, *user) != place_.restart.end()) continue;
    emit.note(fmt::format(
        "warning: {} reads the Secret {}, too, and is not started anew: add it to `restart`",
        user->reference(), place_.secret));
  }
}

Result<void> KubernetesRotation::forget(const DeployWork& work) {
  TRY(kubectl_.run({.argv = {"delete", "secret", record(), "--ignore-not-found", "--wait=false"},
                    .work = work}));
  return {};
}

}  // namespace pipectl::plugins::kubernetes
