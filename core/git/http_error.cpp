#include <cstring>

#include "core/base/text.hpp"
#include "core/git/http_request.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

Error not_trusted(const Address& address, const std::string& detail) {
  return {Fault::infrastructure,
          address.url() + ": the server's TLS certificate is not trusted: " + detail,
          "for a CA of your own set GIT_SSL_CAINFO (or http.sslCAInfo of git) to its certificate; "
          "verification cannot be switched off"};
}

}  // namespace

/// The system's word for it; libcurl only says that it could not.
std::string HttpRequestStream::connect_cause(const std::string& otherwise) const {
  long number = 0;
  session_.curl->easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
  return number == 0 ? otherwise : std::strerror(static_cast<int>(number));
}

Error HttpRequestStream::error_of(CURLcode code) const {
  const Address& address = session_.address;
  const char* const words = session_.curl->easy_strerror(code);
  const std::string detail =
      printable(scrub_urls(trim(detail_.front() == '\0' ? words : detail_.data())));
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return not_trusted(address, detail);
    case CURLE_SSL_CACERT_BADFILE:
      return {Fault::infrastructure, "the CA certificates cannot be read: " + detail,
              "see http.sslCAInfo, GIT_SSL_CAINFO, CURL_CA_BUNDLE and SSL_CERT_FILE"};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unreachable(address, detail);
    case CURLE_COULDNT_CONNECT:
      return unreachable(address, connect_cause(detail));
    case CURLE_OPERATION_TIMEDOUT:
      return silent(address, session_.request.silence);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2_STREAM:
      return cut_off(address, detail);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return not_found(address, "the answer is no HTTP");
    default:
      return {Fault::infrastructure, address.url() + ": " + detail, {}};
  }
}

}  // namespace pipectl::git
