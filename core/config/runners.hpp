#pragma once

#include "core/config/context.hpp"
#include "core/config/load.hpp"
#include "core/config/names.hpp"
#include "core/config/stages.hpp"

namespace pipectl::config {

/// Checks every stage and has its kind make its runner.
void make_runners(const std::vector<StageDraft>& drafts, const NameTable& table,
                  const Context& context, LoadedPipeline& loaded);

}  // namespace pipectl::config
