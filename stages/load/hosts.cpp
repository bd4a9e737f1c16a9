#include "stages/load/hosts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/curl_url.hpp"

namespace pipectl::stages::load {

Result<void> check_host(const std::string& url, const std::vector<std::string>& allowed) {
  const CurlLibrary curl = TRY(CurlLibrary::load());
  const UrlParts parts = TRY(parse_url(curl, url));
  const bool named = std::ranges::any_of(allowed, [&](const std::string& host) {
    return host == parts.host || host == parts.host + ":" + parts.port;
  });
  if (named) return {};
  return fail(Fault::step,
              fmt::format("the host '{}' is not named by the pipeline file", parts.host),
              fmt::format("a load goes only where the file says: allow_hosts: [{}]", parts.host));
}

}  // namespace pipectl::stages::load
