// What a Deployment leaves out that its Services' requests depend on.
#include "plugins/kubernetes/gaps.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

void look_at(const json& container, const std::string& deployment, std::vector<std::string>& gaps) {
  if (items_at(container, "/ports").empty()) return;  // a helper: nobody asks it
  const std::string who =
      fmt::format("container '{}' of {}", printable(text_at(container, "/name")), deployment);
  if (!container.contains("readinessProbe"))
    gaps.push_back(who +
                   " has no readinessProbe: it counts as ready when it has only been started");
  if (!container.contains(json::json_pointer{"/lifecycle/preStop"}))
    gaps.push_back(who +
                   " has no preStop pause: it ends while requests are still sent to it "
                   "(`lifecycle: {preStop: {sleep: {seconds: 5}}}`)");
}

}  // namespace

std::vector<std::string> gaps_in_service(const ObjectList& list, const std::string& deployment) {
  std::vector<std::string> gaps;
  for (const json& object : items_of(list)) {
    if (text_at(object, "/kind") != "Deployment") continue;
    if (text_at(object, "/metadata/name") != deployment) continue;
    for (const json& container : items_at(object, "/spec/template/spec/containers"))
      look_at(container, deployment, gaps);
  }
  return gaps;
}

}  // namespace pipectl::plugins::kubernetes
