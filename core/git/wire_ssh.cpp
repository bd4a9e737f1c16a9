// ssh transport over the user's own `ssh` program, as git itself does it. The library that libgit2
// is built with (libssh2) reads no ~/.ssh/config and, in the version that Debian 12 ships, signs
// RSA keys with SHA-1 only, which every current server refuses.

#include <poll.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/base/text.hpp"
#include "core/git/child.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/session.hpp"
#include "core/git/ssh_error.hpp"
#include "core/git/wire.hpp"

namespace pipectl::git {
namespace {

constexpr std::size_t most_errors = 16'384;  ///< bytes of ssh's standard error that are kept

/// The remote end hands its command line to a shell: quoted as git does it.
std::string quoted(std::string_view path) {
  std::string text = "'";
  for (const char c : path) {
    if (c == '\'' || c == '!')
      text += std::string("'\\") + c + "'";
    else
      text += c;
  }
  return text + "'";
}

/// A key as a file that exists in memory only. ssh opens it through our /proc entry.
Result<UniqueFd> key_file(const std::string& key) {
  UniqueFd fd(memfd_create("pipectl-key", MFD_CLOEXEC));
  if (!fd) return fail(Fault::infrastructure, std::string("memfd_create: ") + std::strerror(errno));
  // A key without the last line break is no key to ssh; secrets come with it cut off.
  const std::string text = key.ends_with('\n') ? key : key + "\n";
  const bool written =
      write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written || fchmod(fd.get(), 0600) != 0)
    return fail(Fault::infrastructure, std::string("cannot hold the key: ") + std::strerror(errno));
  return fd;
}

std::string home_of_user() {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::string{} : std::string(found->pw_dir);
}

/// ssh looks for ~ in the user database. Where HOME says something else (containers, CI jobs),
/// git's files and ssh's would be in two places: HOME wins.
std::vector<std::string> home_options(const EnvMap& environment) {
  const auto home = environment.find("HOME");
  if (home == environment.end() || home->second.empty()) return {};
  if (home->second == home_of_user()) return {};
  const std::string folder = home->second + "/.ssh";
  std::vector<std::string> options{"-o", "UserKnownHostsFile=\"" + folder + "/known_hosts\""};
  if (access((folder + "/config").c_str(), R_OK) == 0)
    options.insert(options.end(), {"-F", folder + "/config"});
  for (const char* name : {"id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk"}) {
    const std::string key = folder + "/" + name;
    if (access(key.c_str(), R_OK) == 0) options.insert(options.end(), {"-i", key});
  }
  return options;
}

std::vector<std::string> command(const Session& session, const UniqueFd& key) {
  const Address& address = session.address;
  const auto program = session.request.environment.find("GIT_SSH");
  const bool own = program != session.request.environment.end() && !program->second.empty();
  const auto seconds = std::max<long>(1, session.request.silence.count() / 1000);
  std::vector<std::string> words{own ? program->second : "ssh",
                                 "-T",
                                 "-o",
                                 "BatchMode=yes",
                                 "-o",
                                 "StrictHostKeyChecking=yes",
                                 "-o",
                                 "ConnectTimeout=" + std::to_string(seconds)};
  for (auto& option : home_options(session.request.environment)) words.push_back(std::move(option));
  if (key) {
    const std::string file =
        "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(key.get());
    for (const char* option : {"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i"})
      words.emplace_back(option);
    words.push_back(file);
  }
  if (!address.port.empty()) words.insert(words.end(), {"-p", address.port});
  words.push_back(address.user.empty() ? address.host : address.user + "@" + address.host);
  // `ssh://host/~user/r` means a path that begins with the tilde.
  std::string_view path = address.path;
  if (path.starts_with("/~")) path.remove_prefix(1);
  words.push_back(std::string(session.service()) + " " + quoted(path));
  return words;
}

class SshWire final : public Wire {
 public:
  SshWire(Session& session, Child child, UniqueFd key)
      : session_(session), key_(std::move(key)), child_(std::move(child)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (true) {
      TRY(wait(POLLIN));
      const ssize_t count = recv(child_.io(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno == ECONNRESET) return std::size_t{0};
      if (errno != EAGAIN && errno != EINTR) return tl::unexpected(why_ended());
    }
  }

  Result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      TRY(wait(POLLOUT));
      const ssize_t count =
          send(child_.io(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0)
        bytes.remove_prefix(static_cast<std::size_t>(count));
      else if (errno != EAGAIN && errno != EINTR)
        return tl::unexpected(why_ended());
    }
    return {};
  }

  Error why_ended() override {
    drain_errors();
    return ssh_error(session_.address, errors_, static_cast<bool>(key_));
  }

 private:
  /// Waits for the child; what it writes to standard error is collected meanwhile.
  Result<void> wait(short events) {
    const SteadyTime deadline = session_.silence_deadline();
    while (true) {
      if (session_.cancel.cancelled()) return tl::unexpected(cancelled());
      const auto left =
          std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0)
        return tl::unexpected(silent(session_.address, session_.request.silence));
      std::array<pollfd, 3> fds{{{child_.io(), events, 0},
                                 {errors_open_ ? child_.errors() : -1, POLLIN, 0},
                                 {session_.cancel.fd(), POLLIN, 0}}};
      poll(fds.data(), fds.size(), static_cast<int>(std::min<long>(left.count(), 3'600'000)));
      if (fds[1].revents != 0) take_errors();
      if (fds[0].revents != 0) return {};
    }
  }

  void take_errors() {
    std::array<char, 4096> buffer{};
    const ssize_t count = recv(child_.errors(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0 && errors_.size() < most_errors)
      errors_.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) errors_open_ = false;
  }

  /// ssh closes its output before it has told why: waits for the end of its standard error.
  void drain_errors() {
    const SteadyTime deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (errors_open_) {
      if (!wait_ready(child_.errors(), Direction::read, deadline, session_.cancel)) return;
      take_errors();
    }
  }

  Session& session_;
  UniqueFd key_;  ///< outlives the child, which opens it
  Child child_;
  std::string errors_;
  bool errors_open_{true};
};

bool is_private_key(std::string_view secret) {
  return secret.find("-----BEGIN ") != std::string_view::npos &&
         secret.find("PRIVATE KEY-----") != std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<Wire>> open_ssh_wire(Session& session) {
  const std::string& secret = session.request.secret;
  if (!secret.empty() && !is_private_key(secret))
    return fail(Fault::usage, "the secret for " + session.address.url() + " is no private key",
                "ssh logs in with a key: grant one, or use the https URL with a token");
  UniqueFd key;
  if (!secret.empty()) key = TRY(key_file(secret));
  auto child = Child::start(command(session, key), session.request.environment);
  if (!child)
    return fail(Fault::infrastructure, child.error().message,
                "ssh URLs need the OpenSSH client (package openssh-client)");
  return std::make_unique<SshWire>(session, std::move(*child), std::move(key));
}

}  // namespace pipectl::git
