#include "plugins/docker/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pipectl::docker {
namespace {

void add(Arguments& arguments, std::string_view option, std::string_view value) {
  if (value.empty()) return;
  arguments.emplace_back(option);
  arguments.emplace_back(value);
}

/// A field of the comma-separated value of --mount.
std::string field(std::string_view key, const std::string& value) {
  std::string plain = fmt::format("{}={}", key, value);
  if (plain.find_first_of(",\"\n") == std::string::npos) return plain;
  std::string quoted = "\"";
  for (const char c : plain) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void append(Arguments& arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
}

// One argument for each secret: NAME.
constexpr const char* export_secrets = R"(while [ "$1" != -- ]; do
  pipectl_value=$(cat "/run/secrets/$1" && echo x) || exit 125
  export "$1=${pipectl_value%x}"
  shift
done
shift
unset pipectl_value
)";

// $1: number of the command, $2: what to see to. SIGTERM is for the command: its handler decides,
// and this shell stays to tell how it ended.
constexpr const char* wrapper =
    R"(case $2 in *home*) [ -w "${HOME:-/}" ] || export HOME=/run/pipectl/home ;; esac
case $2 in *temp*) [ -w "${TMPDIR:-/tmp}" ] || export TMPDIR=/run/pipectl/tmp ;; esac
pipectl_exit=/run/pipectl/exit.$1
shift 2
)";
constexpr const char* run_and_tell = R"(trap : TERM
"$@"
pipectl_code=$?
echo "$pipectl_code" >"$pipectl_exit"
exit "$pipectl_code"
)";

// Arguments: NAME and how many line breaks its value has, by turns. A read line by line keeps every
// byte of a value, and neither the value nor a part of it becomes an argument.
constexpr const char* take_secrets = R"(umask 077
while [ $# -gt 0 ]; do
  pipectl_left=$2
  : >"/run/secrets/$1"
  while [ "$pipectl_left" -gt 0 ]; do
    IFS= read -r pipectl_line
    printf '%s\n' "$pipectl_line" >>"/run/secrets/$1"
    pipectl_left=$((pipectl_left - 1))
  done
  IFS= read -r pipectl_line
  printf '%s' "$pipectl_line" >>"/run/secrets/$1"
  shift 2
done
: >/run/secrets/.complete
)";

constexpr const char* await_secrets =
    R"(while [ ! -e /run/secrets/.complete ]; do sleep 0.1 2>/dev/null || sleep 1; done
)";
constexpr const char* become = R"(exec "$@"
)";

Arguments shell(std::string script) { return {"sh", "-c", std::move(script), "sh"}; }

}  // namespace

std::string mount_value(const Mount& mount) {
  return fmt::format("type=bind,{},{}", field("source", mount.source.string()),
                     field("target", mount.target.string()));
}

Arguments create_arguments(const NewContainer& container) {
  Arguments arguments{"create", "--pull", "never"};
  add(arguments, "--name", container.name);
  for (const auto& [name, value] : container.labels)
    add(arguments, "--label", fmt::format("{}={}", name, value));
  if (container.input == NewContainer::Stdin::open) arguments.emplace_back("--interactive");
  add(arguments, "--user", container.user);
  add(arguments, "--workdir", container.directory.string());
  for (const Mount& mount : container.mounts) add(arguments, "--mount", mount_value(mount));
  if (container.secrets == NewContainer::Secrets::some)
    add(arguments, "--tmpfs", fmt::format("{}:rw,noexec,nosuid,nodev,mode=1777", secrets_mount));
  for (const auto& [name, value] : container.env)
    add(arguments, "--env", fmt::format("{}={}", name, value));
  add(arguments, "--network", container.network);
  add(arguments, "--network-alias", container.alias);
  for (const unsigned port : container.published)
    add(arguments, "--publish", fmt::format("127.0.0.1::{}", port));
  add(arguments, "--cpus", container.cpus);
  if (container.memory) add(arguments, "--memory", fmt::format("{}b", *container.memory));
  add(arguments, "--entrypoint", container.entrypoint);
  arguments.push_back(container.image);
  append(arguments, container.command);
  return arguments;
}

Arguments exec_arguments(const ExecRequest& request) {
  Arguments arguments{"exec"};
  if (request.input == ExecRequest::Stdin::given) arguments.emplace_back("--interactive");
  add(arguments, "--user", request.user);
  add(arguments, "--workdir", request.directory.string());
  for (const auto& [name, value] : request.env)
    add(arguments, "--env", fmt::format("{}={}", name, value));
  arguments.push_back(request.container);
  append(arguments, request.argv);
  return arguments;
}

Arguments wrap(const Wrapped& how, const Arguments& argv) {
  Arguments arguments = shell(std::string(wrapper) + export_secrets + run_and_tell);
  std::string see_to = "-";
  if (how.home == Wrapped::Home::usable) see_to += "home-";
  if (how.temp == Wrapped::Temp::usable) see_to += "temp-";
  arguments.push_back(how.number);
  arguments.push_back(std::move(see_to));
  append(arguments, how.secrets);
  arguments.emplace_back("--");
  append(arguments, argv);
  return arguments;
}

Arguments take_secrets_command(const EnvMap& secrets) {
  Arguments arguments = shell(take_secrets);
  for (const auto& [name, value] : secrets) {
    arguments.push_back(name);
    arguments.push_back(std::to_string(std::ranges::count(value, '\n')));
  }
  return arguments;
}

std::string secret_bytes(const EnvMap& secrets) {
  std::string bytes;
  for (const auto& [name, value] : secrets) bytes += value + '\n';
  return bytes;
}

Arguments await_secrets_command(const EnvMap& secrets, const Arguments& argv) {
  Arguments arguments = shell(std::string(await_secrets) + export_secrets + become);
  for (const auto& [name, value] : secrets) arguments.push_back(name);
  arguments.emplace_back("--");
  append(arguments, argv);
  return arguments;
}

}  // namespace pipectl::docker
