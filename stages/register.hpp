#pragma once

#include "core/api/registry.hpp"

namespace pipectl {

/// Adds every stage kind and health check of the core product.
void register_stages(Registry& registry);

}  // namespace pipectl
