#include "core/base/curl_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

std::string part(const CurlLibrary& curl, CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl.url_get(url, which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string copy{text};
  curl.free(text);
  return copy;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string without_user(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const auto at = authority.rfind('@');
  return at == std::string::npos ? url : url.substr(0, begin) + url.substr(begin + at + 1);
}

}  // namespace

Result<UrlParts> parse_url(const CurlLibrary& curl, const std::string& url) {
  const std::unique_ptr<CURLU, decltype(curl.url_cleanup)> parsed{curl.url(), curl.url_cleanup};
  const std::string shown = printable(without_user(url));
  if (parsed == nullptr) return fail(Fault::infrastructure, "out of memory");
  if (url.find('\0') != std::string::npos ||
      curl.url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return fail(Fault::step, fmt::format("'{}' is no URL", shown),
                "write it whole: http://HOST:PORT/PATH");
  UrlParts parts{lower(part(curl, parsed.get(), CURLUPART_SCHEME)),
                 lower(part(curl, parsed.get(), CURLUPART_HOST)),
                 part(curl, parsed.get(), CURLUPART_PORT), shown};
  if (parts.scheme != "http" && parts.scheme != "https")
    return fail(Fault::step, fmt::format("'{}' is neither http nor https", shown));
  return parts;
}

bool same_origin(const UrlParts& a, const UrlParts& b) noexcept {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool is_loopback(const UrlParts& url) noexcept {
  return url.host == "localhost" || url.host.ends_with(".localhost") ||
         url.host.starts_with("127.") || url.host == "[::1]";
}

}  // namespace pipectl
