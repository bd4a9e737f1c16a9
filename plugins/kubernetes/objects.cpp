#include "plugins/kubernetes/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "plugins/kubernetes/json_access.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

json empty_list() { return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", json::array()}}; }

json parsed(const ObjectList& list) {
  json root = json::parse(list, nullptr, false);
  return root.is_object() && root.contains("items") ? root : empty_list();
}

bool is_deployment(const json& object, const std::string& name) {
  return text_at(object, "/kind") == "Deployment" &&
         (name.empty() || text_at(object, "/metadata/name") == name);
}

bool scales(const json& object, const std::string& deployment) {
  return text_at(object, "/kind") == "HorizontalPodAutoscaler" &&
         text_at(object, "/spec/scaleTargetRef/kind") == "Deployment" &&
         text_at(object, "/spec/scaleTargetRef/name") == deployment;
}

/// `registry/app` of `registry/app:1@sha256:…`.
std::string repository_of(const std::string& image) {
  const std::string name = image.substr(0, image.find('@'));
  const auto slash = name.rfind('/');
  const auto colon = name.rfind(':');
  return colon != std::string::npos && (slash == std::string::npos || colon > slash)
             ? name.substr(0, colon)
             : name;
}

/// The container that the image is meant for; null when it is not clear.
json* find_container(json& deployment, const std::string& name, const std::string& image) {
  json& containers = deployment["spec"]["template"]["spec"]["containers"];
  if (!containers.is_array() || containers.empty()) return nullptr;
  std::vector<json*> found;
  for (json& each : containers)
    if (!name.empty() ? text_at(each, "/name") == name
                      : repository_of(text_at(each, "/image")) == repository_of(image))
      found.push_back(&each);
  if (found.size() == 1) return found.front();
  return name.empty() && containers.size() == 1 ? &containers.front() : nullptr;
}

tl::unexpected<Error> broken(const std::exception& error) {
  return fail(Fault::step,
              fmt::format("the manifests are no objects of Kubernetes: {}", error.what()));
}

void add(json& items, const json& document) {
  if (text_at(document, "/kind") == "List") {
    for (const json& each : items_at(document, "/items")) add(items, each);
  } else if (document.is_object()) {
    items.push_back(document);
  }
}

}  // namespace

Result<ObjectList> to_list(const std::string& documents) {
  try {
    json list = empty_list();
    std::istringstream stream{documents};
    while (stream >> std::ws && !stream.eof()) {
      json document;
      stream >> document;
      add(list["items"], document);
    }
    return list.dump();
  } catch (const json::exception& error) {
    return broken(error);
  }
}

Result<Workload> find_workload(const ObjectList& list, const std::string& name,
                               const std::string& container) {
  try {
    json root = parsed(list);
    std::vector<json*> found;
    for (json& each : root["items"])
      if (is_deployment(each, name)) found.push_back(&each);
    if (found.size() != 1)
      return fail(Fault::step,
                  name.empty()
                      ? fmt::format("the manifests hold {} Deployments, want one", found.size())
                      : fmt::format("the manifests hold no Deployment '{}'", name),
                  "`deployment` names the one that is rolled out");
    Workload workload;
    workload.name = text_at(*found.front(), "/metadata/name");
    workload.replicas = static_cast<int>(number_at(*found.front(), "/spec/replicas", 1));
    workload.labels = texts_at(*found.front(), "/spec/template/metadata/labels");
    if (const json* at = find_container(*found.front(), container, {}))
      workload.image = text_at(*at, "/image");
    return workload;
  } catch (const json::exception& error) {
    return broken(error);
  }
}

bool is_autoscaled(const ObjectList& list, const std::string& deployment) {
  return std::ranges::any_of(items_of(list),
                             [&](const json& each) { return scales(each, deployment); });
}

Result<ObjectList> with_changes(const ObjectList& list, const std::string& deployment,
                                const Changes& changes) {
  try {
    json root = parsed(list);
    for (json& each : root["items"]) {
      if (!is_deployment(each, deployment)) continue;
      if (changes.replicas) each["spec"]["replicas"] = *changes.replicas;
      const auto amount = [](const std::string& text) {
        return text.ends_with('%') ? json(text) : json(std::stoi(text));
      };
      json& strategy = each["spec"]["strategy"];
      if (!changes.surge.empty()) strategy["rollingUpdate"]["maxSurge"] = amount(changes.surge);
      if (!changes.unavailable.empty())
        strategy["rollingUpdate"]["maxUnavailable"] = amount(changes.unavailable);
      if (strategy.is_null()) each["spec"].erase("strategy");
      if (changes.image.empty()) continue;
      json* const container = find_container(each, changes.container, changes.image);
      if (container == nullptr)
        return fail(Fault::step,
                    fmt::format("Deployment '{}' has no container for image '{}'", deployment,
                                changes.image),
                    "`container` names the one that gets it");
      (*container)["image"] = changes.image;
    }
    return root.dump();
  } catch (const json::exception& error) {
    return broken(error);
  }
}

Result<ObjectList> as_set(const ObjectList& list, const std::string& deployment,
                          const std::string& name,
                          const std::map<std::string, std::string>& labels) {
  try {
    json root = parsed(list);
    for (json& each : root["items"]) {
      if (scales(each, deployment)) each["spec"]["scaleTargetRef"]["name"] = name;
      if (!is_deployment(each, deployment)) continue;
      each["metadata"]["name"] = name;
      for (const auto& [key, value] : labels) {
        each["metadata"]["labels"][key] = value;
        each["spec"]["selector"]["matchLabels"][key] = value;
        each["spec"]["template"]["metadata"]["labels"][key] = value;
      }
    }
    return root.dump();
  } catch (const json::exception& error) {
    return broken(error);
  }
}

namespace {

ObjectList filtered(const ObjectList& list, const std::function<bool(const json&)>& wanted) {
  json root = parsed(list);
  json kept = json::array();
  for (json& each : root["items"])
    if (wanted(each)) kept.push_back(std::move(each));
  root["items"] = std::move(kept);
  return root.dump();
}

}  // namespace

ObjectList select(const ObjectList& list, const std::vector<std::string>& kinds, Keep keep) {
  return filtered(list, [&](const json& each) {
    const bool named = std::ranges::find(kinds, text_at(each, "/kind")) != kinds.end();
    return named == (keep == Keep::these);
  });
}

ObjectList without_deployment(const ObjectList& list, const std::string& name) {
  return filtered(list, [&](const json& each) { return !is_deployment(each, name); });
}

ObjectList only_deployment(const ObjectList& list, const std::string& name) {
  return filtered(list, [&](const json& each) { return is_deployment(each, name); });
}

bool is_empty(const ObjectList& list) { return parsed(list)["items"].empty(); }

Selectors services_of(const ObjectList& list, const std::map<std::string, std::string>& labels) {
  Selectors found;
  for (const json& each : items_of(list)) {
    if (text_at(each, "/kind") != "Service") continue;
    const auto selector = texts_at(each, "/spec/selector");
    const bool selects = std::ranges::all_of(selector, [&](const auto& entry) {
      const auto label = labels.find(entry.first);
      return label != labels.end() && label->second == entry.second;
    });
    if (selects && !selector.empty()) found.emplace(text_at(each, "/metadata/name"), selector);
  }
  return found;
}

ObjectList with_selectors(const ObjectList& list, const Selectors& selectors) {
  json root = parsed(list);
  for (json& each : root["items"]) {
    const auto found = selectors.find(text_at(each, "/metadata/name"));
    if (text_at(each, "/kind") == "Service" && found != selectors.end())
      each["spec"]["selector"] = found->second;
  }
  return root.dump();
}

Result<ObjectList> without_live_fields(const ObjectList& list) {
  try {
    json root = parsed(list);
    for (json& each : root["items"]) {
      each.erase("status");
      json& meta = each["metadata"];
      for (const char* field : {"uid", "resourceVersion", "creationTimestamp", "generation",
                                "managedFields", "selfLink", "ownerReferences"})
        meta.erase(field);
      if (!meta.contains("annotations")) continue;
      meta["annotations"].erase("kubectl.kubernetes.io/last-applied-configuration");
      meta["annotations"].erase("deployment.kubernetes.io/revision");
    }
    return root.dump();
  } catch (const json::exception& error) {
    return broken(error);
  }
}

}  // namespace pipectl::plugins::kubernetes
