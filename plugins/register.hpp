#pragma once

#include "core/api/registry.hpp"

namespace pipectl {

/// Adds every plugin that is built in: what talks to the world outside of the core product.
void register_plugins(Registry& registry);

}  // namespace pipectl
