#include "core/git/child.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/text.hpp"

namespace pipectl::git {
namespace {

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};

std::optional<SocketPair> socket_pair() {
  std::array<int, 2> fds{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) return std::nullopt;
  return SocketPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// What the child gets: its descriptors, default signals, a group of its own.
class SpawnSettings {
 public:
  SpawnSettings(int io, int errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, io, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, io, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  int spawn(pid_t& pid, std::vector<char*>& arguments, std::vector<char*>& environment) const {
    return posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(),
                        environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& arguments, const EnvMap& environment) {
  auto io = socket_pair();
  auto errors = socket_pair();
  if (!io || !errors)
    return fail(Fault::infrastructure, std::string("socketpair: ") + std::strerror(errno));
  std::vector<std::string> words = arguments;
  std::vector<std::string> settings;
  settings.reserve(environment.size());
  for (const auto& [name, value] : environment)
    settings.push_back(fmt::format("{}={}", name, value));
  auto argument_list = pointers(words);
  auto setting_list = pointers(settings);
  pid_t pid = -1;
  const SpawnSettings spawner(io->theirs.get(), errors->theirs.get());
  const int error = spawner.spawn(pid, argument_list, setting_list);
  if (error != 0)
    return fail(Fault::infrastructure,
                "cannot start '" + arguments[0] + "': " + std::strerror(error));
  return Child(pid, std::move(io->ours), std::move(errors->ours));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      io_(std::move(other.io_)),
      errors_(std::move(other.errors_)) {}

Child::~Child() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool is_installed(const std::string& program, const EnvMap& environment) {
  const auto path = environment.find("PATH");
  if (path == environment.end()) return false;
  const auto folders = split(path->second, ':');
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) {
    const std::string candidate = std::string(folder) + "/" + program;
    return access(candidate.c_str(), X_OK) == 0;
  });
}

}  // namespace pipectl::git
