#include "core/git/ssh_error.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/base/text.hpp"
#include "core/git/remote_error.hpp"

namespace pipectl::git {
namespace {

bool says(const std::string& errors, std::initializer_list<const char*> texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const char* text) { return errors.find(text) != std::string::npos; });
}

/// The last line that says something, without ssh's own decoration.
std::string last_line(const std::string& errors) {
  std::string_view last;
  for (const auto line : split(errors, '\n')) {
    const auto text = trim(line);
    if (!text.empty() && !text.starts_with("@@@") &&
        text != "Please make sure you have the correct access rights" &&
        text != "and the repository exists.")
      last = text;
  }
  return std::string(last);
}

std::string keyscan(const Address& address) {
  const std::string port = address.port.empty() ? "" : "-p " + address.port + " ";
  return "ssh-keyscan " + port + shell_quoted(address.host);
}

/// How known_hosts calls it.
std::string known_as(const Address& address) {
  return address.port.empty() ? address.host : "[" + address.host + "]:" + address.port;
}

Error wrong_host_key(const Address& address) {
  return {Fault::infrastructure,
          address.url() + ": the server's host key is not the one in known_hosts",
          "somebody may be between you and the server. If its key was changed on purpose: "
          "`ssh-keygen -R " +
              shell_quoted(known_as(address)) +
              "`, then compare and add the new "
              "one from `" +
              keyscan(address) + "`"};
}

Error unknown_host(const Address& address) {
  return {Fault::infrastructure, address.url() + ": the server's host key is not in known_hosts",
          "compare the fingerprint with the one that the host publishes, then `" +
              keyscan(address) + " >> ~/.ssh/known_hosts`"};
}

Error no_login(const Address& address, bool with_key) {
  const std::string what = with_key ? "the granted key" : "every key of ssh's agent and ~/.ssh";
  return {Fault::infrastructure, address.url() + ": the server refused " + what,
          with_key
              ? "check that the key's public half is registered there, and that it has no "
                "passphrase"
              : "start an agent that has the key (`ssh-add`), or grant a private key as secret"};
}

}  // namespace

Error ssh_error(const Address& address, const std::string& errors, bool with_key) {
  if (says(errors, {"REMOTE HOST IDENTIFICATION HAS CHANGED", "REVOKED HOST KEY"}))
    return wrong_host_key(address);
  if (says(errors, {"Host key verification failed", "host key is known for"}))
    return unknown_host(address);
  if (says(errors, {"Permission denied (", "Too many authentication failures", "Load key "}))
    return no_login(address, with_key);
  if (says(errors, {"Could not resolve hostname", "Connection refused", "Network is unreachable",
                    "No route to host", "Connection timed out", "Operation timed out"}))
    return unreachable(address, last_line(errors));
  if (says(errors,
           {"does not appear to be a git repository", "epository not found",
            "project you were looking for could not be found", "No such file or directory"}))
    return not_found(address, last_line(errors));
  return cut_off(address, last_line(errors));
}

}  // namespace pipectl::git
