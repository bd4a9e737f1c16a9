#pragma once

#include <memory>

#include "core/base/env.hpp"
#include "core/base/http.hpp"

namespace pipectl {

/// The real HttpClient, over libcurl. libcurl is loaded at the first request, not at start.
///
/// - Trust: CURL_CA_BUNDLE or SSL_CERT_FILE (a file) and SSL_CERT_DIR of `environment`, else what
///   the system trusts. There is no way to switch verification off.
/// - Proxies: http_proxy, https_proxy, all_proxy and no_proxy, as curl reads them; the loopback
///   interface is never reached through one.
/// - Redirects, where asked for: at most 10; to another origin only neutral headers go on and no
///   body; never from https down to http.
[[nodiscard]] std::unique_ptr<HttpClient> make_curl_http_client(
    const EnvMap& environment = host_environment());

}  // namespace pipectl
