#pragma once

#include <array>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/curl_library.hpp"
#include "core/base/curl_url.hpp"
#include "core/base/http.hpp"
#include "core/base/unique_fd.hpp"

namespace pipectl {

/// What all exchanges of one client share. Internal to core/base.
struct CurlSettings {
  std::string ca_file;
  std::string ca_directory;
};

/// One request and its response, no redirect followed. Internal to core/base.
class CurlExchange {
 public:
  CurlExchange(const CurlLibrary& curl, const CurlSettings& settings) noexcept
      : curl_(curl), settings_(settings) {}
  ~CurlExchange();
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  /// `url` is request.url, parsed. Call once.
  Result<HttpResponse> run(const HttpRequest& request, const UrlParts& url, SteadyTime deadline,
                           const CancelToken& cancel);
  /// Where the response sends the client, absolute; empty when it does not.
  [[nodiscard]] std::string redirect() const;

 private:
  [[nodiscard]] bool open();
  void set_policy(const UrlParts& url, Milliseconds timeout);
  Result<void> set_request(const HttpRequest& request);
  Result<void> set_file(const std::filesystem::path& file);
  bool set_headers(const HttpRequest& request);
  Result<CURLcode> perform(const CancelToken& cancel);
  [[nodiscard]] HttpResponse response();
  [[nodiscard]] Error error_of(CURLcode code, const HttpRequest& request,
                               const UrlParts& url) const;
  static std::size_t read_file(char* bytes, std::size_t size, std::size_t count, void* self);
  static int seek_file(void* self, curl_off_t offset, int origin);
  static std::size_t write_body(char* bytes, std::size_t size, std::size_t count, void* self);

  const CurlLibrary& curl_;
  const CurlSettings& settings_;
  CURL* easy_{nullptr};
  CURLM* multi_{nullptr};
  curl_slist* headers_{nullptr};
  UniqueFd file_;  ///< whose bytes are the request's body
  std::string body_;
  std::size_t max_body_{0};
  bool too_large_{false};
  std::array<char, CURL_ERROR_SIZE> detail_{};
};

}  // namespace pipectl
