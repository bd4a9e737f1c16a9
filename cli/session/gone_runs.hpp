#pragma once

#include <filesystem>
#include <string>

#include "core/api/registry.hpp"
#include "core/base/cancel.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

struct GoneRunSearch {
  const store::RunStore& store;
  const Registry& registry;
  const EnvMap& host;
  std::string own;  ///< a run that is held by this process and counts as gone: it is resumed
};

/// Removes the containers, networks and volumes that runs left behind whose pipectl is gone, and
/// says so on stderr. What cannot be removed is a warning there; the next run tries again.
void remove_what_gone_runs_left(const GoneRunSearch& search, const CancelToken& cancel);

}  // namespace pipectl::cli
