#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/env.hpp"
#include "core/model/container_spec.hpp"

// What docker is called with. Pure: nothing is started here, and no secret ever gets in.

namespace pipectl::docker {

using Arguments = std::vector<std::string>;

/// Folders inside of a stage's container.
constexpr const char* scratch_mount = "/run/pipectl";  ///< shared with this host
constexpr const char* secrets_mount = "/run/secrets";  ///< in memory only

struct Mount {
  std::filesystem::path source;
  std::filesystem::path target;
};

/// A container that is about to be made.
struct NewContainer {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string image;
  std::string entrypoint;  ///< empty: the image's own
  Arguments command;       ///< behind the image
  EnvMap env;              ///< shown by `docker inspect`: no secrets
  std::vector<Mount> mounts;
  std::filesystem::path directory;  ///< empty: the image's own
  std::string user;                 ///< `1000:1000`; empty: the image's own
  std::string network;              ///< empty: the engine's default
  std::string alias;                ///< another name of it in the network
  std::vector<unsigned> published;  ///< ports, on 127.0.0.1 of this host, at a free number each
  std::string cpus;
  std::optional<std::uint64_t> memory;
  enum class Stdin { closed, open } input{Stdin::closed};
  enum class Secrets { none, some } secrets{Secrets::none};
};

[[nodiscard]] Arguments create_arguments(const NewContainer& container);

/// `type=bind,source=…,target=…`, whatever characters the paths hold.
[[nodiscard]] std::string mount_value(const Mount& mount);

/// A command for a container that runs.
struct ExecRequest {
  std::string container;
  std::string user{};                 ///< empty: the container's own
  std::filesystem::path directory{};  ///< empty: the container's own
  EnvMap env{};                       ///< no secrets
  Arguments argv{};
  enum class Stdin { closed, given } input{Stdin::closed};
};
[[nodiscard]] Arguments exec_arguments(const ExecRequest& request);

/// What a stage's command is wrapped into, inside of its container: a shell that makes variables of
/// the secrets, sees to HOME and TMPDIR, passes SIGTERM by, and leaves the exit code in the scratch
/// folder.
struct Wrapped {
  std::string number;                ///< of the command in its container: names the exit file
  std::vector<std::string> secrets;  ///< names
  enum class Home { as_given, usable } home{Home::usable};
  enum class Temp { as_given, usable } temp{Temp::usable};
};
[[nodiscard]] Arguments wrap(const Wrapped& how, const Arguments& argv);

/// A shell that writes secrets into memory of the container as they come on its stdin, in the order
/// of `secrets`; see secret_bytes().
[[nodiscard]] Arguments take_secrets_command(const EnvMap& secrets);
[[nodiscard]] std::string secret_bytes(const EnvMap& secrets);

/// A shell that waits for its secrets, makes variables of them, and becomes `argv`.
[[nodiscard]] Arguments await_secrets_command(const EnvMap& secrets, const Arguments& argv);

}  // namespace pipectl::docker
