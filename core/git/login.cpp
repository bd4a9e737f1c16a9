#include "core/git/login.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/git/child.hpp"
#include "core/git/wire.hpp"

namespace pipectl::git {
namespace {

/// Addresses, not names: `127.example.com` is somebody else's.
bool is_this_machine(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  return host == "localhost" || host == "::1";
}

/// Which user name the hosts want beside a token. They that do not care take any.
std::string token_user(const Address& address) {
  if (!address.user.empty()) return address.user;
  if (address.host == "bitbucket.org") return "x-token-auth";
  if (address.host.find("gitlab") != std::string::npos) return "oauth2";
  return "x-access-token";
}

/// One word for each line of `git credential`: a line break in a value would begin another one.
/// parse_address lets no control character through.
std::string question(const Address& address) {
  const bool web_https = address.scheme == Scheme::https;
  std::string text = std::string("protocol=") + (web_https ? "https" : "http") + "\n";
  text += "host=" + address.host + (address.port.empty() ? "" : ":" + address.port) + "\n";
  const auto path = std::min(address.path.find_first_not_of('/'), address.path.size());
  text += "path=" + address.path.substr(path) + "\n";
  if (!address.user.empty()) text += "username=" + address.user + "\n";
  return text + "\n";
}

/// Never a prompt: there may be nobody to answer it.
EnvMap without_prompts(EnvMap environment) {
  environment["GIT_TERMINAL_PROMPT"] = "0";
  environment["GIT_ASKPASS"] = "";
  environment["SSH_ASKPASS"] = "";
  environment["GCM_INTERACTIVE"] = "never";
  return environment;
}

std::optional<std::string> converse(const Child& child, const std::string& input,
                                    const Session& session) {
  if (send(child.io(), input.data(), input.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(input.size()))
    return std::nullopt;
  shutdown(child.io(), SHUT_WR);
  const SteadyTime deadline = session.silence_deadline();
  std::string output;
  std::array<char, 4096> buffer{};
  while (output.size() < buffer.size() * 16) {
    if (!wait_ready(child.io(), Direction::read, deadline, session.cancel)) return std::nullopt;
    const ssize_t count = recv(child.io(), buffer.data(), buffer.size(), 0);
    if (count < 0) return std::nullopt;
    if (count == 0) return output;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

std::optional<Login> ask_helpers(const Session& session) {
  const EnvMap environment = without_prompts(session.request.environment);
  if (!is_installed("git", environment)) return std::nullopt;
  const auto child = Child::start({"git", "credential", "fill"}, environment);
  if (!child) return std::nullopt;
  const auto answer = converse(*child, question(session.address), session);
  if (!answer) return std::nullopt;
  Login login;
  for (const auto line : split(*answer, '\n')) {
    if (line.starts_with("username=")) login.user = line.substr(9);
    if (line.starts_with("password=")) login.password = line.substr(9);
  }
  if (login.password.empty()) return std::nullopt;
  return login;
}

}  // namespace

Result<std::optional<Login>> first_login(const Session& session) {
  const Address& address = session.address;
  if (session.request.secret.empty()) return std::nullopt;
  if (address.scheme == Scheme::http && !is_this_machine(address.host))
    return fail(Fault::usage,
                "the secret for " + address.url() + " would cross the network unencrypted",
                "use the https URL of the repository");
  return Login{token_user(address), session.request.secret};
}

std::optional<Login> next_login(const Session& session, const std::optional<Login>& tried) {
  if (!session.request.secret.empty()) return std::nullopt;  // what was granted is what is used
  const Address& address = session.address;
  if (!tried && !address.password.empty()) return Login{address.user, address.password};
  if (tried) return std::nullopt;
  return ask_helpers(session);
}

}  // namespace pipectl::git
