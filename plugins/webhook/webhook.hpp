#pragma once

#include <memory>

#include "core/api/notifier.hpp"

namespace pipectl::notifiers {

/// `webhook: {url: …}`: JSON to a URL, signed.
[[nodiscard]] std::unique_ptr<NotifierKind> make_webhook_notifier();

}  // namespace pipectl::notifiers
