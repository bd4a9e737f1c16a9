#include "core/git/url.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::git {
namespace {

constexpr std::string_view url_end = " \t\r\n'\"<>";

/// Where the authority ends. A password with a raw '/' in it is no valid URL, but people write it:
/// `user:pa/ss@host` must not show.
std::size_t authority_end(std::string_view rest) {
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  const auto colon = authority.rfind(':');
  if (authority.find('@') != std::string_view::npos || colon == std::string_view::npos) return end;
  if (authority.find_first_not_of("0123456789]", colon + 1) == std::string_view::npos) return end;
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) return end;
  return std::min(rest.find_first_of("/?#", at), rest.size());
}

/// The `user:password@` of an authority ends at its *last* '@': a password may hold one.
std::string scrub_authority(std::string_view scheme, std::string_view authority) {
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(authority);
  const std::string_view host = authority.substr(at + 1);
  const bool names_account = scheme.find("ssh") != std::string_view::npos;
  if (!names_account) return std::string(host);
  const std::string_view user = authority.substr(0, std::min(authority.find(':'), at));
  return std::string(user) + "@" + std::string(host);
}

std::string scrub_one(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::string(url);
  const std::string_view scheme = url.substr(0, colon);
  const std::string_view rest = url.substr(colon + 3);
  const auto end = authority_end(rest);
  return std::string(scheme) + "://" + scrub_authority(scheme, rest.substr(0, end)) +
         std::string(rest.substr(end));
}

}  // namespace

std::string without_credentials(std::string_view url) { return printable(scrub_one(url)); }

std::string scrub_urls(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) break;
    const auto before = text.substr(0, colon).find_last_of(url_end);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    const auto end = std::min(text.find_first_of(url_end, colon), text.size());
    clean += text.substr(0, begin);
    clean += scrub_one(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
  return clean + std::string(text);
}

}  // namespace pipectl::git
