#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "core/git/session.hpp"

namespace pipectl::git {

/// One HTTP request of the git protocol whose response is pulled piece by piece. Handles trust,
/// proxies and the user's http.* settings; knows nothing of git.
class HttpRequestStream {
 public:
  /// What is asked for. An empty body is a GET.
  struct Query {
    std::string url;
    std::string accept;        ///< media type of the response
    std::string content_type;  ///< of the body
    std::string body;
    std::optional<Login> login;
  };

  explicit HttpRequestStream(Session& session) : session_(session) {}
  ~HttpRequestStream();
  HttpRequestStream(const HttpRequestStream&) = delete;
  HttpRequestStream& operator=(const HttpRequestStream&) = delete;

  /// Sends it and waits for the head of the last response. Call once.
  Result<void> start(Query query);
  [[nodiscard]] long status() const;
  [[nodiscard]] std::string content_type() const;
  [[nodiscard]] std::string redirect_url() const;  ///< absolute; never followed here

  /// Bytes of the body; none at its end.
  Result<std::size_t> read(std::span<char> buffer);

 private:
  void set_transfer(const Query& query);
  void set_trust();
  void set_proxy();
  void set_login(const Query& query);
  void add_header(const std::string& line);
  Result<void> pump();
  [[nodiscard]] Error error_of(CURLcode code) const;
  [[nodiscard]] std::string connect_cause(const std::string& otherwise) const;
  [[nodiscard]] std::string info_text(CURLINFO what) const;
  [[nodiscard]] std::string environment(std::initializer_list<const char*> names) const;
  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* self);

  Session& session_;
  Query query_;
  CURL* easy_{nullptr};
  CURLM* multi_{nullptr};
  curl_slist* headers_{nullptr};
  std::string body_;     ///< received, not yet read
  std::size_t read_{0};  ///< of body_
  bool done_{false};
  std::array<char, CURL_ERROR_SIZE> detail_{};
};

}  // namespace pipectl::git
