#pragma once

#include <string>

#include "core/api/executor_factory.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// See ExecutorFactory::remove_leftovers.
Result<std::size_t> remove_leftovers(const GoneRun& run, const CancelToken& cancel);

/// Removes every container, network and volume that carries the label, in this order; how many.
Result<std::size_t> remove_labelled(const Client& client, const std::string& label,
                                    const Call& call);

}  // namespace pipectl::docker
