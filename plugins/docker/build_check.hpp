#pragma once

#include "plugins/docker/build_spec.hpp"
#include "plugins/docker/image.hpp"

namespace pipectl::docker {

/// Runs the smoke test in a container of the image. An image for another platform than the engine's
/// is noted and left out. Succeeded when there is nothing to check.
[[nodiscard]] Result<Outcome> check_image(const Image& image, const BuildSpec& spec,
                                          const Client& client, StageContext& context);

/// Pure: `docker run` of a check.
[[nodiscard]] Arguments check_arguments(const NewContainer& container);

}  // namespace pipectl::docker
