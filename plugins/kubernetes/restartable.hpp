#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace pipectl::plugins::kubernetes {

/// What keeps pods: a Deployment, a StatefulSet or a DaemonSet.
struct Restartable {
  std::string kind;  ///< as kubectl takes it: `deployment`
  std::string name;

  [[nodiscard]] std::string reference() const { return kind + "/" + name; }
  /// As people write it: a Deployment by its name alone.
  [[nodiscard]] std::string text() const { return kind == "deployment" ? name : reference(); }
  [[nodiscard]] bool operator==(const Restartable& other) const = default;
};

/// `app`, `deployment/app`, `statefulset/db`, `daemonset/agent`; nothing when it is none of these.
[[nodiscard]] std::optional<Restartable> parse_restartable(std::string_view text);

/// The workload of an object of the cluster, if its pods read the Secret: in a variable, all of its
/// keys as variables, a volume, or to pull images.
[[nodiscard]] std::optional<Restartable> user_of(const nlohmann::json& object,
                                                 const std::string& secret);

}  // namespace pipectl::plugins::kubernetes
