#include "plugins/kubernetes/lease.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"
#include "plugins/kubernetes/time_text.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

constexpr Milliseconds spare{60'000};  ///< what a lease lasts beyond the step that it is for

/// Kubernetes wants microseconds: `2026-11-20T15:52:01.123000Z`.
std::string micro_time(WallTime time) {
  std::string text = iso8601(time);
  return text.insert(text.size() - 1, "000");
}

struct Held {
  std::string by;
  std::string version;
  std::optional<WallTime> until;
  std::string since;
};

Held read_lease(const std::string& text) {
  Held held;
  const json root = json::parse(text, nullptr, false);
  if (!root.is_object()) return held;
  held.version = text_at(root, "/metadata/resourceVersion");
  held.by = text_at(root, "/spec/holderIdentity");
  held.since = text_at(root, "/spec/renewTime");
  const std::chrono::seconds lasts{number_at(root, "/spec/leaseDurationSeconds", 0)};
  if (const auto renewed = parse_time(held.since)) held.until = *renewed + lasts;
  return held;
}

}  // namespace

std::string Lease::object(const DeployWork& work, const std::string& version) const {
  const StageContext& context = kubectl_.context();
  Milliseconds time = spare;
  if (work.limit) time += work.limit->limit;
  json lease{
      {"apiVersion", "coordination.k8s.io/v1"},
      {"kind", "Lease"},
      {"metadata", {{"name", name_}}},
      {"spec",
       {{"holderIdentity", holder_},
        {"renewTime", micro_time(context.clock.wall())},
        {"leaseDurationSeconds", std::chrono::duration_cast<std::chrono::seconds>(time).count()}}}};
  if (!version.empty()) lease["metadata"]["resourceVersion"] = version;
  return lease.dump();
}

tl::unexpected<Error> Lease::fail_lost(const std::string& by) const {
  return fail(Fault::infrastructure,
              fmt::format("the lock '{}' was lost: {}", name_,
                          by.empty() ? "another run has deployed here meanwhile"
                                     : fmt::format("run {} is deploying here", printable(by))),
              "nothing more is changed by this run: look at what runs now");
}

Result<void> Lease::take(const DeployWork& work) { return hold(work, Force::no); }
Result<void> Lease::seize(const DeployWork& work) { return hold(work, Force::yes); }

Result<void> Lease::hold(const DeployWork& work, Force force) {
  constexpr int tries = 5;  // another one may take it between our look and our hand
  for (int i = 0; i < tries; ++i) {
    const std::string text = TRY(kubectl_.run(
        {.argv = {"get", "lease", name_, "--ignore-not-found", "--output=json"}, .work = work}));
    const Held held = text.empty() ? Held{} : read_lease(text);
    if (held_ && held.by != holder_) lost_ = true;
    if (lost_) return fail_lost(held.by);
    const bool others = !held.by.empty() && held.by != holder_ && held.until &&
                        *held.until > kubectl_.context().clock.wall();
    if (others && force == Force::no)
      return fail(
          Fault::infrastructure,
          fmt::format("run {} is {} here, seen last at {}", printable(held.by), doing_, held.since),
          "wait for it, resume it with `pipectl run --resume`, or undo it with `pipectl "
          "rollback`");
    const auto put = kubectl_.run({.argv = {text.empty() ? "create" : "replace", "--filename=-"},
                                   .input = object(work, held.version),
                                   .work = work});
    if (put) {
      held_ = true;
      return {};
    }
    const Error& error = put.error();
    if (!says_exists(error) && !says_conflict(error) && !says_not_found(error))
      return tl::unexpected(error);
  }
  return fail(Fault::infrastructure,
              fmt::format("Lease '{}' changes too often to be taken", name_));
}

void Lease::release(const DeployWork& work) {
  if (!held_ || lost_) return;
  held_ = false;
  const auto gone = kubectl_.run(
      {.argv = {"delete", "lease", name_, "--ignore-not-found", "--wait=false"}, .work = work});
  if (!gone)
    kubectl_.context().emit.note("the lock stays until it is over: " + gone.error().message);
}

}  // namespace pipectl::plugins::kubernetes
