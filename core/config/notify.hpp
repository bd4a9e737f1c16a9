#pragma once

#include "core/config/context.hpp"
#include "core/config/load.hpp"

namespace pipectl::config {

/// `notify:`: from the name of a kind to its keys, or to a list of them. Secrets and environments
/// of the pipeline are read before.
void read_notifiers(yaml::Node mapping, LoadedPipeline& loaded, const Context& context);

}  // namespace pipectl::config
