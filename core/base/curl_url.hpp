#pragma once

#include <string>

#include "core/base/curl_library.hpp"

namespace pipectl {

/// The parts of a URL that decide what may be sent to it. For those who use libcurl themselves.
struct UrlParts {
  std::string scheme;
  std::string host;
  std::string port;       ///< always set: the scheme's own when none was written
  std::string printable;  ///< the whole, without user name and password
};

/// Fault::step for what is no absolute http or https URL.
[[nodiscard]] Result<UrlParts> parse_url(const CurlLibrary& curl, const std::string& url);

[[nodiscard]] bool same_origin(const UrlParts& a, const UrlParts& b) noexcept;
/// `localhost`, 127.0.0.0/8, [::1].
[[nodiscard]] bool is_loopback(const UrlParts& url) noexcept;

}  // namespace pipectl
