#pragma once

#include <vector>

#include "core/api/notifier.hpp"
#include "plugins/github/settings.hpp"

namespace pipectl::github {

/// What an event calls for, as posts with the field `do`: status, check, comment, deployment,
/// issue, dispatch.
[[nodiscard]] std::vector<OutboxItem> items_for(const Settings& settings, const RunEvent& event,
                                                const RunStory& story);

}  // namespace pipectl::github
