#pragma once

#include <memory>

#include "core/api/notifier.hpp"

namespace pipectl::github {

/// `github: {token: SECRET, statuses: stages, …}`
[[nodiscard]] std::unique_ptr<NotifierKind> make_notifier();

}  // namespace pipectl::github
