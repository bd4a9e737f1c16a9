#pragma once

#include <array>

#include "core/model/pipeline.hpp"

namespace pipectl {

/// Every kind of event, in the order in which documents and messages list them.
inline constexpr std::array all_event_kinds{EventKind::manual, EventKind::push,
                                            EventKind::pull_request, EventKind::tag};

}  // namespace pipectl
