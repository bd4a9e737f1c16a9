#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/diagnostic.hpp"
#include "core/expr/template.hpp"
#include "core/model/env_entry.hpp"

namespace pipectl {

/// When an image is fetched from its registry.
enum class Pull { missing, always, never };

/// Who the commands of a container run as.
enum class ContainerUser {
  host,   ///< the user that runs pipectl: what they write belongs to this user
  image,  ///< whom the image names
  root,
};

/// What a stage's commands run in. Without an image: this host.
struct ContainerSpec {
  expr::Template image;  ///< empty: none
  Pull pull{Pull::missing};
  ContainerUser user{ContainerUser::host};
  std::string network;                  ///< empty: the engine's default, or that of the services
  std::string cpus;                     ///< `1.5`; empty: no limit
  std::optional<std::uint64_t> memory;  ///< bytes
};

/// How it is known that a service is ready.
struct ServiceHealth {
  enum class How {
    image,    ///< the HEALTHCHECK of the image; without one: it runs
    tcp,      ///< `port` accepts a connection
    http,     ///< `path` on `port` answers 200 to 399
    command,  ///< `command` in its container ends with 0
  };
  How how{How::image};
  unsigned port{0};
  expr::Template path;
  std::vector<expr::Template> command;
  Milliseconds within{60'000};
};

/// Something that a stage talks to and that lives as long as it: a database, a queue. One
/// container, or with `compose` all those of a compose file.
struct ServiceSpec {
  std::string name;
  Span where;
  expr::Template image;
  Pull pull{Pull::missing};
  std::vector<unsigned> ports;
  std::vector<EnvEntry> env;
  std::vector<std::string> secrets;  ///< granted to it, not to the stage
  std::vector<expr::Template> command;
  ServiceHealth health;
  std::string compose;  ///< path relative to the workspace; empty: `image` is it
};

}  // namespace pipectl
