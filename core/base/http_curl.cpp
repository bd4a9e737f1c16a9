#include "core/base/http_curl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/base/curl_exchange.hpp"
#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr int most_redirects = 10;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

/// A line break in a header would begin another one, or another request.
Result<void> check(const HttpRequest& request) {
  if (!is_token(request.method))
    return fail(Fault::step, fmt::format("'{}' is no HTTP method", printable(request.method)));
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name))
      return fail(Fault::step, fmt::format("'{}' is no name of a header", printable(name)));
    if (value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos)
      return fail(Fault::step,
                  fmt::format("the value of the header '{}' holds a line break", name));
  }
  return {};
}

/// Any other header may be a credential under a name of its own.
bool is_neutral(const std::string& header) {
  constexpr std::array<std::string_view, 4> neutral{"accept", "accept-language", "accept-charset",
                                                    "user-agent"};
  const std::string name = lower(header);
  return std::find(neutral.begin(), neutral.end(), name) != neutral.end();
}

bool has_body(const HttpRequest& request) {
  return !request.body.empty() || !request.body_file.empty();
}

/// The request that a response's redirect asks for, as browsers and curl change it.
HttpRequest redirected(const HttpRequest& request, std::string target, int status,
                       bool to_same_origin) {
  HttpRequest next = request;
  next.url = std::move(target);
  const bool becomes_get = (status == 303 && request.method != "HEAD") ||
                           ((status == 301 || status == 302) && request.method == "POST");
  if (becomes_get) {
    next.method = "GET";
    next.body.clear();
    next.body_file.clear();
    std::erase_if(next.headers, [](const auto& h) { return lower(h.first) == "content-type"; });
  }
  if (!to_same_origin)
    std::erase_if(next.headers, [](const auto& h) { return !is_neutral(h.first); });
  return next;
}

class CurlHttpClient final : public HttpClient {
 public:
  explicit CurlHttpClient(CurlSettings settings) : settings_(std::move(settings)) {}

  Result<HttpResponse> send(const HttpRequest& request, const CancelToken& cancel) override {
    const CurlLibrary& curl = *TRY(library());
    TRY(check(request));
    const SteadyTime deadline = std::chrono::steady_clock::now() + request.timeout;
    HttpRequest current = request;
    UrlParts url = TRY(parse_url(curl, current.url));
    for (int redirects = 0; redirects <= most_redirects; ++redirects) {
      CurlExchange exchange{curl, settings_};
      auto response = TRY(exchange.run(current, url, deadline, cancel));
      std::string target = request.follow_redirects ? exchange.redirect() : std::string{};
      if (target.empty()) return response;
      UrlParts next = TRY(parse_url(curl, target));
      if (url.scheme == "https" && next.scheme == "http")
        return fail(Fault::infrastructure, fmt::format("{} redirects from https down to {}",
                                                       url.printable, next.printable));
      current = redirected(current, std::move(target), response.status, same_origin(url, next));
      // A body is not handed to somebody else on a server's word.
      if (has_body(current) && !same_origin(url, next)) return response;
      url = std::move(next);
    }
    return fail(Fault::infrastructure,
                fmt::format("{}: more than {} redirects", url.printable, most_redirects));
  }

 private:
  /// A library that could not be loaded is tried again at the next request.
  Result<const CurlLibrary*> library() {
    const std::lock_guard lock{mutex_};
    if (!library_) library_ = TRY(CurlLibrary::load());
    return &*library_;
  }

  const CurlSettings settings_;
  std::mutex mutex_;
  std::optional<CurlLibrary> library_;  ///< protected by mutex_ until set, then constant
};

std::string value_of(const EnvMap& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

}  // namespace

std::unique_ptr<HttpClient> make_curl_http_client(const EnvMap& environment) {
  CurlSettings settings{value_of(environment, "CURL_CA_BUNDLE"),
                        value_of(environment, "SSL_CERT_DIR")};
  if (settings.ca_file.empty()) settings.ca_file = value_of(environment, "SSL_CERT_FILE");
  return std::make_unique<CurlHttpClient>(std::move(settings));
}

}  // namespace pipectl
