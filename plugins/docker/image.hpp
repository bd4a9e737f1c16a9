#pragma once

#include <string>
#include <vector>

#include "core/model/container_spec.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// An image that is here.
struct Image {
  std::string name;    ///< as asked for
  std::string id;      ///< sha256:…
  std::string digest;  ///< `debian@sha256:…`; empty: not known to its registry
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::string platform;  ///< `linux/amd64`, `linux/arm/v7`
  std::uint64_t bytes{0};
};

/// Nothing when the image is not here.
[[nodiscard]] Result<std::optional<Image>> find_image(const Client& client, const std::string& name,
                                                      const Call& call);

/// Sees to it that the image is here, by the rule of `pull`; which image that is stands in the
/// stage's notes and its journal.
[[nodiscard]] Result<Image> obtain_image(const Client& client, const expr::Template& written,
                                         Pull pull, StageContext& context);

}  // namespace pipectl::docker
