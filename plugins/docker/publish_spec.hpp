#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/keys.hpp"

namespace pipectl::docker {

struct Login {
  std::string registry;  ///< `ghcr.io`, `docker.io`, `127.0.0.1:5000`
  expr::Template username;
  std::string password;  ///< name of a secret that the stage has been granted
  Span where;
};

/// `docker:` of `kind: publish`, as written.
struct PublishSpec {
  expr::Template image;            ///< what is pushed: a name or id that the engine has
  std::vector<expr::Template> to;  ///< repositories, without a tag
  std::vector<expr::Template> tags;
  std::vector<std::string> platforms;  ///< as it was built: tag_for() names each one's image
  std::vector<Login> logins;
};

[[nodiscard]] std::optional<PublishSpec> parse_publish(yaml::Node mapping,
                                                       const ParseContext& context);
extern const char* const publish_schema;

/// The logins below `login`, by registry; what is wrong is reported and left out.
[[nodiscard]] std::vector<Login> read_logins(yaml::Reader& reader, const ParseContext& context);

/// `docker.io` for `team/app`, `ghcr.io` for `ghcr.io/team/app`: by the rule that docker has.
[[nodiscard]] std::string registry_of(const std::string& repository);
/// Whether docker talks plain HTTP to it, too: addresses of this host.
[[nodiscard]] bool is_loopback(const std::string& registry);

}  // namespace pipectl::docker
