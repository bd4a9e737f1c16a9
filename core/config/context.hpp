#pragma once

#include "core/api/registry.hpp"
#include "core/base/diagnostic.hpp"

namespace pipectl::config {

/// What every part of the loader works with.
struct Context {
  const Registry& registry;
  Diagnostics& diagnostics;
};

}  // namespace pipectl::config
