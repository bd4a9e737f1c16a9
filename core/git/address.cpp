#include "core/git/address.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

struct Named {
  std::string_view name;
  Scheme scheme;
};
constexpr std::array<Named, 7> schemes{{{"https", Scheme::https},
                                        {"http", Scheme::http},
                                        {"ssh", Scheme::ssh},
                                        {"git+ssh", Scheme::ssh},
                                        {"ssh+git", Scheme::ssh},
                                        {"git", Scheme::git},
                                        {"file", Scheme::local}}};

constexpr const char* known_schemes = "use https://, http://, ssh://, git://, file:// or a path";

std::string_view name_of(Scheme scheme) {
  return std::find_if(schemes.begin(), schemes.end(),
                      [&](const Named& named) { return named.scheme == scheme; })
      ->name;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                         hex_digit(text[i + 2]) >= 0;
    if (!escaped) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void read_login(std::string_view text, Address& address) {
  const auto colon = text.find(':');
  address.user = decoded(text.substr(0, colon));
  if (colon != std::string_view::npos) address.password = decoded(text.substr(colon + 1));
}

/// `host`, `host:port`, `[::1]:port`.
void read_host(std::string_view text, Address& address) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    address.host = text.substr(1, close == std::string_view::npos ? close : close - 1);
    text = close == std::string_view::npos ? "" : text.substr(close + 1);
  } else {
    const auto colon = text.rfind(':');
    address.host = text.substr(0, colon);
    text = colon == std::string_view::npos ? "" : text.substr(colon);
  }
  if (text.starts_with(':')) address.port = text.substr(1);
}

Address read_url(Scheme scheme, std::string_view rest) {
  Address address;
  address.scheme = scheme;
  const auto slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  const std::string_view path = rest.substr(slash);
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    read_login(authority.substr(0, at), address);
    authority.remove_prefix(at + 1);
  }
  read_host(authority, address);
  const bool web = scheme == Scheme::https || scheme == Scheme::http;
  address.path = web ? std::string(path) : decoded(path);
  return address;
}

/// `user@host:path` as ssh and git read it: a colon before any slash, and no such file here.
std::optional<Address> read_scp_like(std::string_view text) {
  const auto skip = text.find('[') < text.find('/') ? text.find(']') : 0;
  if (skip == std::string_view::npos) return std::nullopt;
  const auto colon = text.find(':', skip);
  if (colon == std::string_view::npos || colon == 0 || text.find('/') < colon) return std::nullopt;
  std::error_code ignored;
  if (std::filesystem::exists(text, ignored)) return std::nullopt;
  Address address;
  address.scheme = Scheme::ssh;
  std::string_view host = text.substr(0, colon);
  const auto at = host.rfind('@');
  if (at != std::string_view::npos) {
    address.user = host.substr(0, at);
    host.remove_prefix(at + 1);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  address.host = host;
  address.path = text.substr(colon + 1);
  return address;
}

Address read_local(std::string_view path) {
  Address address;
  address.path = path;
  return address;
}

tl::unexpected<Error> refuse(const std::string& url, const std::string& why,
                             std::string hint = {}) {
  return fail(Fault::usage, "the repository URL '" + without_credentials(url) + "' " + why,
              std::move(hint));
}

Result<Address> checked(Address address, const std::string& url) {
  for (const auto* part : {&address.user, &address.password, &address.host, &address.path})
    if (has_control_character(*part)) return refuse(url, "holds a control character");
  if (address.path.empty()) return refuse(url, "names no repository");
  if (address.scheme == Scheme::local) return address;
  if (address.host.empty()) return refuse(url, "names no host");
  // ssh would take these for options: `-oProxyCommand=…`.
  if (address.host.starts_with('-') || address.user.starts_with('-') ||
      address.path.starts_with('-'))
    return refuse(url, "has a user, host or path that begins with '-'");
  const bool port_ok =
      address.port.size() <= 5 && address.port.find_first_not_of("0123456789") == std::string::npos;
  if (!port_ok) return refuse(url, "has no number as port");
  return address;
}

}  // namespace

std::string Address::origin() const {
  if (scheme == Scheme::local) return "file://";
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return std::string(name_of(scheme)) + "://" + (is_ipv6 ? "[" + host + "]" : host) +
         (port.empty() ? "" : ":" + port);
}

std::string Address::url() const {
  if (scheme == Scheme::local) return path;
  std::string text = origin();
  if (scheme == Scheme::ssh && !user.empty()) text.insert(text.find("://") + 3, user + "@");
  return text + (path.starts_with('/') ? path : "/" + path);
}

Result<Address> parse_address(const std::string& url) {
  const auto colon = url.find("://");
  // `ext::command` and its like start programs in git.
  if (const auto helper = url.find("::"); helper < url.find('/') && url.find('[') > helper)
    return refuse(url, "asks for a helper program of git", known_schemes);
  if (colon == std::string::npos) {
    auto remote = read_scp_like(url);
    return checked(remote ? *std::move(remote) : read_local(url), url);
  }
  const std::string_view name = std::string_view(url).substr(0, colon);
  for (const auto& known : schemes)
    if (known.name == name)
      return checked(read_url(known.scheme, std::string_view(url).substr(colon + 3)), url);
  return refuse(url, "has a scheme that is not known", known_schemes);
}

}  // namespace pipectl::git
