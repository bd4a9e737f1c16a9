#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl {

struct HttpRequest {
  std::string method{"GET"};
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::filesystem::path
      body_file{};                  ///< not empty: its bytes are the body, read while they are sent
  Milliseconds timeout{10'000};     ///< for the whole exchange
  std::size_t max_body{4U << 20U};  ///< bytes of a response that are kept; more is an error
  bool follow_redirects{false};     ///< never to another host with credentials
};

struct HttpResponse {
  int status{0};
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  [[nodiscard]] const std::string* header(std::string_view lower_case_name) const;
};

/// The seam for HTTP. A response of any status is a success here; an error means that there was
/// none: refused, timed out, TLS not trusted (Fault::infrastructure), or cancelled.
/// Safe from any thread. TLS is always verified. Proxy and CA variables of the environment hold.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request, const CancelToken& cancel) = 0;
};

}  // namespace pipectl
