#include "core/model/pipeline.hpp"

#include "core/model/event_kinds.hpp"

namespace pipectl {

void Pipeline::index() {
  by_name.stages.make(stages);
  by_name.secrets.make(secrets);
  by_name.environments.make(environments);
  by_name.groups.make(groups);
}

const StageSpec* Pipeline::stage(std::string_view wanted) const noexcept {
  return by_name.stages.find(stages, wanted);
}

const SecretDecl* Pipeline::secret(std::string_view wanted) const noexcept {
  return by_name.secrets.find(secrets, wanted);
}

const EnvironmentSpec* Pipeline::environment(std::string_view wanted) const noexcept {
  return by_name.environments.find(environments, wanted);
}

const Group* Pipeline::group(std::string_view wanted) const noexcept {
  return by_name.groups.find(groups, wanted);
}

std::string_view to_string(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::manual:
      return "manual";
    case EventKind::push:
      return "push";
    case EventKind::pull_request:
      return "pull_request";
    case EventKind::tag:
      return "tag";
  }
  return "unknown";
}

std::optional<EventKind> parse_event_kind(std::string_view text) noexcept {
  for (const auto kind : all_event_kinds)
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

}  // namespace pipectl
