#include "plugins/github/repository.hpp"

#include <algorithm>

#include "plugins/github/client.hpp"

namespace pipectl::github {
namespace {

bool is_part(std::string_view text) noexcept {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
  return !text.empty() && text != "." && text != ".." &&
         text.find_first_not_of(plain) == std::string_view::npos;
}

std::string_view without_user(std::string_view host) {
  const auto at = host.rfind('@');
  return at == std::string_view::npos ? host : host.substr(at + 1);
}

std::string_view without_port(std::string_view host) {
  return host.starts_with('[') ? host : host.substr(0, host.find(':'));
}

struct Place {
  std::string_view host;
  std::string_view path;
};

/// Of `scheme://user@host:port/path`, or of git's short form `user@host:path`.
Place place_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    const auto rest = url.substr(scheme + 3);
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return {};
    return {without_port(without_user(rest.substr(0, slash))), rest.substr(slash + 1)};
  }
  const auto colon = url.find(':');
  if (colon == std::string_view::npos || url.substr(0, colon).find('/') != std::string_view::npos)
    return {};
  return {without_user(url.substr(0, colon)), url.substr(colon + 1)};
}

/// A name below ghe.com: GitHub Enterprise Cloud with data residency.
bool is_residence(std::string_view host) noexcept {
  constexpr std::string_view end = ".ghe.com";
  if (!host.ends_with(end)) return false;
  host.remove_suffix(end.size());
  return !host.empty() &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

/// GitHub's own API has a host beside that of the pages, an Enterprise server's has the same.
std::string_view hosts_people(std::string_view api) {
  constexpr std::string_view begin = "api.";
  if (!api.starts_with(begin)) return api;
  const auto rest = api.substr(begin.size());
  return rest == "github.com" || is_residence(rest) ? rest : api;
}

/// The host whose repositories an API knows: `github.com` of `https://api.github.com`.
std::string_view host_of_api(std::string_view api_url) {
  const auto host = place_of(std::string_view(api_url)).host;
  if (!host.empty()) return hosts_people(host);
  const auto scheme = api_url.find("://");
  const auto bare = scheme == std::string_view::npos ? api_url : api_url.substr(scheme + 3);
  return hosts_people(without_port(bare));
}

}  // namespace

bool is_repository(std::string_view text) noexcept {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_part(text.substr(0, slash)) &&
         is_part(text.substr(slash + 1));
}

std::string api_url(const EnvMap& environment, std::string_view remote) {
  const auto set = environment.find("GITHUB_API_URL");
  std::string url = set == environment.end() ? std::string{} : set->second;
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty()) return url;
  const auto host = place_of(remote).host;
  return is_residence(host) ? "https://api." + std::string(host) : Access{}.api_url;
}

std::string web_url(std::string_view api_url) {
  const auto rest = api_url.find("/api/v3");
  if (rest != std::string_view::npos) return std::string(api_url.substr(0, rest));
  const auto host = host_of_api(api_url);
  return "https://" + std::string(is_residence(host) ? host : "github.com");
}

std::string residence_of(std::string_view remote) {
  const auto host = place_of(remote).host;
  return is_residence(host) ? "https://" + std::string(host) + "/" : std::string{};
}

std::string repository_of(std::string_view remote, std::string_view api_url) {
  auto [host, path] = place_of(remote);
  if (host.empty() || host != host_of_api(api_url)) return {};
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  return is_repository(path) ? std::string(path) : std::string{};
}

std::string repository_for(const std::string& configured, const EnvMap& host, const GitInfo& git) {
  if (!configured.empty()) return configured;
  const auto job = host.find("GITHUB_REPOSITORY");
  if (job != host.end() && is_repository(job->second)) return job->second;
  return repository_of(git.remote, api_url(host, git.remote));
}

}  // namespace pipectl::github
