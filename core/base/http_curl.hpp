#pragma once

#include <memory>

#include "core/base/http.hpp"

namespace pipectl {

/// The real HttpClient, over libcurl. libcurl is loaded at the first request, not at start.
[[nodiscard]] std::unique_ptr<HttpClient> make_curl_http_client();

}  // namespace pipectl
