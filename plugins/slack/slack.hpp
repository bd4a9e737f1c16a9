#pragma once

#include <memory>

#include "core/api/notifier.hpp"

namespace pipectl::notifiers {

/// `slack: {webhook: SECRET}` or `slack: {token: SECRET, channel: '#deploys'}`.
[[nodiscard]] std::unique_ptr<NotifierKind> make_slack_notifier();

}  // namespace pipectl::notifiers
