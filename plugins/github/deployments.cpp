#include <fmt/format.h>

#include "plugins/github/posts.hpp"

namespace pipectl::github {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

/// `payload` may come back as an object or as the text of one.
std::string source_of(const Json& deployment) {
  const auto found = deployment.find("payload");
  if (found == deployment.end()) return {};
  if (found->is_object()) return text_in(*found, "pipectl");
  if (!found->is_string()) return {};
  const Json parsed = Json::parse(found->get<std::string>(), nullptr, false);
  return parsed.is_object() ? text_in(parsed, "pipectl") : std::string{};
}

Attempt<std::string> make_deployment(const Sender& sender, const std::string& source) {
  Ordered body{{"ref", sender.text("sha")},
               {"environment", sender.text("environment")},
               {"description", sender.text("stage")},
               {"auto_merge", false},
               {"required_contexts", Ordered::array()},
               {"payload", {{"pipectl", source}}}};
  const Json made = TRY(sender.send("POST", sender.base + "/deployments", body, 201));
  return id_in(made, "id");
}

Attempt<std::string> deployment_of(const Sender& sender, const std::string& source) {
  const auto name = "deployment/" + source;
  if (const auto known = sender.memory.recall(name)) return *known;
  const Json there = TRY(
      sender.find(fmt::format("{}/deployments?sha={}&environment={}&per_page=100", sender.base,
                              encoded(sender.text("sha")), encoded(sender.text("environment"))),
                  [&](const Json& one) { return one.is_object() && source_of(one) == source; }));
  auto id = id_in(there, "id");
  if (id.empty()) id = TRY(make_deployment(sender, source));
  sender.memory.remember(name, id);
  return id;
}

}  // namespace

Attempt<> send_deployment(const Sender& sender) {
  const auto id = TRY(deployment_of(sender, sender.text("run") + "/" + sender.text("stage")));
  Ordered body = sender.only({"state", "description", "environment_url", "log_url"});
  // A success makes the earlier deployments of this environment inactive.
  body["auto_inactive"] = true;
  TRY(sender.send("POST", fmt::format("{}/deployments/{}/statuses", sender.base, id), body, 201));
  return {};
}

}  // namespace pipectl::github
