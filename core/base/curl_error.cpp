#include <fmt/format.h>

#include <cstring>
#include <string_view>

#include "core/base/curl_exchange.hpp"
#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr std::string_view trust_hint = "for a CA of your own set SSL_CERT_FILE to its certificate";

struct Wording {
  std::string cause;
  std::string_view hint;
};

std::string connect_cause(long number) {
  return number == 0 ? std::string{"no connection"}
                     : fmt::format("no connection ({})", std::strerror(static_cast<int>(number)));
}

/// What happened, in the words of who asked; anything else in curl's own.
Wording wording(CURLcode code, long system_error, std::string_view detail) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"the host name cannot be resolved", {}};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {"the proxy's host name cannot be resolved", "see http_proxy and https_proxy"};
    case CURLE_COULDNT_CONNECT:
      return {connect_cause(system_error), {}};
    case CURLE_GOT_NOTHING:
      return {"the connection was closed without an answer", {}};
    case CURLE_PARTIAL_FILE:
      return {"the connection was closed in the middle of the answer", {}};
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {"the connection was reset", {}};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return {"the answer is no HTTP", {}};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {fmt::format("its TLS certificate is not trusted: {}", detail), trust_hint};
    case CURLE_SSL_CACERT_BADFILE:
      return {fmt::format("the CA certificates cannot be read: {}", detail),
              "see CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR"};
    default:
      return {std::string{detail}, {}};
  }
}

}  // namespace

Error CurlExchange::error_of(CURLcode code, const HttpRequest& request, const UrlParts& url) const {
  const std::string what = fmt::format("{} {}", printable(request.method), url.printable);
  if (too_large_)
    return {Fault::infrastructure,
            fmt::format("{}: the answer is larger than {}", what, human_size(request.max_body)),
            {}};
  if (code == CURLE_OPERATION_TIMEDOUT)
    return {Fault::infrastructure,
            fmt::format("{}: no whole answer within {}", what, human_duration(request.timeout)),
            {}};
  long system_error = 0;
  if (easy_ != nullptr) curl_.easy_getinfo(easy_, CURLINFO_OS_ERRNO, &system_error);
  const std::string detail = detail_.front() == '\0' ? curl_.easy_strerror(code) : detail_.data();
  const Wording words = wording(code, system_error, printable(trim(detail)));
  return {Fault::infrastructure, fmt::format("{}: {}", what, words.cause), std::string{words.hint}};
}

}  // namespace pipectl
