#include "core/git/remote_error.hpp"

#include <cerrno>
#include <cstring>

#include "core/base/text.hpp"

namespace pipectl::git {
namespace {

std::string with(const std::string& text, const std::string& detail) {
  return detail.empty() ? text : text + " (" + printable(detail) + ")";
}

}  // namespace

Error unreachable(const Address& address, const std::string& why) {
  return {Fault::infrastructure, "cannot reach " + address.url() + ": " + printable(why),
          "check the network, the host's name and the proxy settings"};
}

Error silent(const Address& address, Milliseconds silence) {
  return {Fault::infrastructure,
          address.url() + ": the server said nothing for " + human_duration(silence),
          "check the network, then run again: what was not complete is not kept"};
}

Error cut_off(const Address& address, const std::string& detail) {
  return {Fault::infrastructure,
          with(address.url() + ": the connection was closed in the middle of the transfer", detail),
          "run again: nothing incomplete was kept"};
}

Error not_found(const Address& address, const std::string& detail) {
  const bool local = address.scheme == Scheme::local;
  return {Fault::infrastructure, with("no git repository at " + address.url(), detail),
          local ? "check the path"
                : "check the path; a private repository looks the same to who may not read it"};
}

Error local_failure(const std::string& what, const std::string& why) {
  const bool full = why.find(std::strerror(ENOSPC)) != std::string::npos ||
                    why.find(std::strerror(EDQUOT)) != std::string::npos;
  return {Fault::infrastructure, what + ": " + (full ? "the disk is full: " : "") + why,
          full ? "make room there, or set PIPECTL_STATE_DIR to a folder on another disk" : ""};
}

Error cancelled() { return {Fault::cancelled, "the checkout was cancelled", {}}; }

}  // namespace pipectl::git
