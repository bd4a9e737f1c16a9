#include "plugins/kubernetes/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

std::string to_selector(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> parts;
  parts.reserve(labels.size());
  for (const auto& [key, value] : labels) parts.push_back(fmt::format("{}={}", key, value));
  return join(parts, ",");
}

/// A template that a Deployment has or had, as its ReplicaSet keeps it.
struct Revision {
  long number{0};
  std::string hash;
  std::vector<std::string> images;
};

/// The newest last.
std::vector<Revision> revisions_of(const std::string& replica_sets, const std::string& deployment) {
  std::vector<Revision> revisions;
  for (const json& each : items_of(replica_sets)) {
    const auto owners = items_at(each, "/metadata/ownerReferences");
    const bool owned = !owners.empty() && text_at(owners.front(), "/kind") == "Deployment" &&
                       text_at(owners.front(), "/name") == deployment;
    const auto notes = texts_at(each, "/metadata/annotations");
    const auto number = notes.find("deployment.kubernetes.io/revision");
    if (!owned || number == notes.end()) continue;
    Revision& revision = revisions.emplace_back();
    revision.number = std::strtol(number->second.c_str(), nullptr, 10);
    revision.hash = text_at(each, "/metadata/labels/pod-template-hash");
    for (const json& container : items_at(each, "/spec/template/spec/containers"))
      revision.images.push_back(text_at(container, "/image"));
  }
  std::ranges::sort(revisions, {}, &Revision::number);
  return revisions;
}

}  // namespace

Result<bool> Cluster::has_namespace(const DeployWork& work) const {
  const std::string& name = kubectl_.access().name_space;
  if (name.empty()) return true;
  const std::string found = TRY(kubectl_.run(
      {.argv = {"get", "namespace", name, "--ignore-not-found", "--output=name"}, .work = work}));
  return !found.empty();
}

Result<void> Cluster::ensure_namespace(const DeployWork& work) const {
  const std::string& name = kubectl_.access().name_space;
  if (TRY(has_namespace(work))) return {};
  const json object{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
  const auto made =
      kubectl_.run({.argv = {"create", "--filename=-"}, .input = object.dump(), .work = work});
  if (!made && !says_exists(made.error())) return tl::unexpected(made.error());
  kubectl_.context().emit.note(fmt::format("namespace '{}' was made", name));
  return {};
}

Result<void> Cluster::apply(const ObjectList& list, const DeployWork& work) const {
  if (is_empty(list)) return {};
  return kubectl_.show({.argv = {"apply", "--filename=-"}, .input = list, .work = work});
}

Result<std::string> Cluster::difference(const ObjectList& list, const DeployWork& work) const {
  if (is_empty(list)) return std::string{};
  TRY(kubectl_.run(
      {.argv = {"apply", "--dry-run=server", "--filename=-"}, .input = list, .work = work}));
  return kubectl_.run(
      {.argv = {"diff", "--filename=-"}, .input = list, .work = work, .also_good = 1});
}

Result<void> Cluster::rehearse(const ObjectList& list, const DeployWork& work) const {
  const std::string text = TRY(difference(list, work));
  for (const std::string_view line : split(trim(text), '\n'))
    if (!line.empty()) kubectl_.context().emit.note(std::string{line});
  return {};
}

Result<std::optional<Live>> Cluster::live(const std::string& deployment,
                                          const DeployWork& work) const {
  const std::string text = TRY(kubectl_.run(
      {.argv = {"get", "deployment", deployment, "--ignore-not-found", "--output=json"},
       .work = work}));
  if (text.empty()) return std::optional<Live>{};
  const ObjectList list = TRY(to_list(text));
  const Workload workload = TRY(find_workload(list, deployment, {}));
  return std::optional{
      Live{TRY(without_live_fields(list)), workload.image, workload.replicas, workload.labels}};
}

Result<Selectors> Cluster::live_selectors(const std::map<std::string, std::string>& labels,
                                          const DeployWork& work) const {
  const std::string text =
      TRY(kubectl_.run({.argv = {"get", "services", "--output=json"}, .work = work}));
  return services_of(text, labels);
}

Result<bool> Cluster::has_service(const std::string& name, const DeployWork& work) const {
  const std::string found = TRY(kubectl_.run(
      {.argv = {"get", "service", name, "--ignore-not-found", "--output=name"}, .work = work}));
  return !found.empty();
}

Result<bool> Cluster::has_autoscaler(const std::string& deployment, const DeployWork& work) const {
  const auto text =
      kubectl_.run({.argv = {"get", "horizontalpodautoscalers", "--output=json"}, .work = work});
  if (!text) return tl::unexpected(text.error());
  return is_autoscaled(*text, deployment);
}

Result<void> Cluster::scale(const std::string& deployment, int replicas,
                            const DeployWork& work) const {
  TRY(kubectl_.run(
      {.argv = {"scale", "deployment/" + deployment, fmt::format("--replicas={}", replicas)},
       .work = work}));
  return {};
}

Result<std::string> Cluster::await_rollout(const std::string& deployment,
                                           const DeployWork& work) const {
  const StageContext& context = kubectl_.context();
  auto limit = work.limit;
  if (work.lifetime == Lifetime::stage && context.deadline &&
      (!limit || *context.deadline < limit->deadline))
    limit = TimeLimit{*context.deadline, context.spec.timeout.value_or(Milliseconds{0})};
  const auto left =
      limit ? std::chrono::ceil<std::chrono::seconds>(limit->deadline - context.clock.steady())
            : std::chrono::seconds{600};
  const auto seconds = std::max<long>(1, left.count());
  // It ends by itself at the limit; only when it hangs is it ended from here.
  DeployWork patient = work;
  if (limit) patient.limit = TimeLimit{limit->deadline + Milliseconds{5'000}, limit->limit};
  const auto done = kubectl_.run({.argv = {"rollout", "status", "deployment/" + deployment,
                                           fmt::format("--timeout={}s", seconds)},
                                  .work = patient,
                                  .waits = true});
  if (done) return fmt::format("{} is ready", deployment);
  Error error = done.error();
  if (error.fault != Fault::step) return tl::unexpected(error);
  if (error.message.find("timed out") != std::string::npos && limit)
    error.message =
        fmt::format("{} was not ready within {}", deployment, human_duration(limit->limit));
  return fail(error.fault, error.message + why_not_ready(deployment, {Lifetime::cleanup, {}}),
              error.hint);
}

std::string Cluster::why_not_ready(const std::string& deployment, const DeployWork& work) const {
  const auto found = live(deployment, work);
  if (!found || !*found) return {};
  const auto text = kubectl_.run(
      {.argv = {"get", "pods", "--selector=" + to_selector((*found)->labels), "--output=json"},
       .work = work});
  if (!text) return {};
  std::string unready;
  for (const json& pod : items_of(*text)) {
    for (const json& status : items_at(pod, "/status/containerStatuses")) {
      const auto waiting = text_at(status, "/state/waiting/reason");
      const auto message = text_at(status, "/state/waiting/message");
      if (!waiting.empty() && waiting != "ContainerCreating")
        return printable(fmt::format(": {}{}{}", waiting, message.empty() ? "" : ": ", message));
      if (!true_at(status, "/ready")) unready = text_at(pod, "/metadata/name");
    }
  }
  if (unready.empty()) return {};
  return printable(fmt::format(": pod {} runs, but does not get ready", unready));
}

Result<void> Cluster::undo_rollout(const std::string& deployment, long revision,
                                   const DeployWork& work) const {
  return kubectl_.show({.argv = {"rollout", "undo", "deployment/" + deployment,
                                 fmt::format("--to-revision={}", revision)},
                        .work = work});
}

Result<void> Cluster::remove_deployment(const std::string& deployment,
                                        const DeployWork& work) const {
  TRY(kubectl_.run(
      {.argv = {"delete", "deployment", deployment, "--ignore-not-found", "--wait=false"},
       .work = work}));
  return {};
}

Result<void> Cluster::set_selector(const std::string& service,
                                   const std::map<std::string, std::string>& selector,
                                   const DeployWork& work) const {
  const json patch =
      json::array({{{"op", "add"}, {"path", "/spec/selector"}, {"value", selector}}});
  TRY(kubectl_.run({.argv = {"patch", "service", service, "--type=json", "--patch=" + patch.dump()},
                    .work = work}));
  return {};
}

Result<std::string> Cluster::template_hash(const std::string& deployment,
                                           const DeployWork& work) const {
  const std::string text =
      TRY(kubectl_.run({.argv = {"get", "replicasets", "--output=json"}, .work = work}));
  const auto sets = revisions_of(text, deployment);
  return sets.empty() ? std::string{} : sets.back().hash;
}

Result<long> Cluster::earlier_revision(const std::string& deployment, const std::string& image,
                                       const DeployWork& work) const {
  const std::string text =
      TRY(kubectl_.run({.argv = {"get", "replicasets", "--output=json"}, .work = work}));
  auto sets = revisions_of(text, deployment);
  if (!sets.empty()) sets.pop_back();
  const auto found = std::find_if(sets.rbegin(), sets.rend(), [&](const Revision& one) {
    return std::ranges::find(one.images, image) != one.images.end();
  });
  if (found == sets.rend())
    return fail(Fault::step, fmt::format("no earlier revision of {} is kept", image));
  return found->number;
}

}  // namespace pipectl::plugins::kubernetes
