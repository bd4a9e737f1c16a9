#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/notifier.hpp"

namespace pipectl::github {

/// Starts a workflow of GitHub Actions, or tells the repository's workflows of an event.
struct Dispatch {
  std::string workflow;    ///< file name or id; or
  std::string event_type;  ///< of a repository_dispatch
  std::string ref;         ///< of the workflow; empty: the run's own branch or tag
  std::vector<std::pair<std::string, std::string>> inputs;  ///< or client_payload
  std::vector<Occasion> on;
  std::vector<std::string> branches;  ///< globs; empty: any
};

struct Issues {
  bool wanted{false};
  std::vector<std::string> branches;
  std::vector<std::string> labels;
  std::vector<std::string> assignees;
};

struct Settings {
  std::string repository;  ///< OWNER/NAME; empty: of the CI system or the checkout
  std::string token;       ///< name of the secret
  std::string context{"pipectl"};
  enum class Statuses { none, run, stages } statuses{Statuses::run};
  bool checks{false};
  bool comment{false};
  bool deployments{false};
  Issues issues;
  std::vector<Dispatch> dispatches;
};

[[nodiscard]] std::vector<KeyDoc> keys();
[[nodiscard]] std::optional<Settings> read_settings(yaml::Reader& reader,
                                                    const NotifyContext& context);

/// Whether a branch or tag is one of those; no globs: any.
[[nodiscard]] bool covers(const std::vector<std::string>& globs, const std::string& ref);

}  // namespace pipectl::github
