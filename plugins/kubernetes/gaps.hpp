#pragma once

#include <string>
#include <vector>

#include "plugins/kubernetes/objects.hpp"

namespace pipectl::plugins::kubernetes {

/// Why requests may fail while the Deployment's pods are replaced, one sentence each: nothing says
/// when a container can take them, or it ends before Services have forgotten it.
[[nodiscard]] std::vector<std::string> gaps_in_service(const ObjectList& list,
                                                       const std::string& deployment);

}  // namespace pipectl::plugins::kubernetes
