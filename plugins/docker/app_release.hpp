#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl::docker {

/// How the engine learns that a container is healthy; what is empty or 0 is as the image says.
struct AppHealth {
  std::string command;
  Milliseconds interval{0};
  Milliseconds timeout{0};
  Milliseconds start_period{0};
  int retries{0};
};

/// A release of an app, with all that starts it again. Values of secrets are not part of it: they
/// come from the run that starts it.
struct AppRelease {
  std::string run;       ///< run and stage
  std::string set;       ///< what its containers have in common: unique for run and stage
  std::string image;     ///< as it was asked for
  std::string image_id;  ///< what it was then
  std::string digest;    ///< `app@sha256:…`, or empty: no registry has it
  std::vector<std::string> command{};
  int replicas{1};
  unsigned port{0};
  std::string network{};
  std::map<std::string, std::string> env{};
  std::vector<std::string> secrets{};  ///< names
  std::vector<std::string> volumes{};
  std::string cpus{};
  std::string memory{};
  AppHealth health{};
  std::string proxy_config{};  ///< of a proxy that is ours
  bool left{false};            ///< somebody went back from it (core/api/release_history.hpp)
};

/// What the engine itself knows of an app: it outlives the run and its machine's history.
struct AppRecord {
  std::optional<AppRelease> running;
  std::vector<AppRelease> history;  ///< others, the last one in service first, at most five
};

/// Unique for a run and a stage, and a part of names in DNS.
[[nodiscard]] std::string set_name(const std::string& run_id, const std::string& stage);

/// One line of JSON, for a label.
[[nodiscard]] std::string to_label(const AppRecord& record);
/// Fault::infrastructure when it is none.
[[nodiscard]] Result<AppRecord> app_record_of(const std::string& text);

}  // namespace pipectl::docker
