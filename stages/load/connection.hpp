#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/curl_library.hpp"
#include "stages/load/generator.hpp"

namespace pipectl::stages::load {

/// A request in the form that libcurl takes it. Made once, sent many times.
class Prepared {
 public:
  Prepared(const CurlLibrary& curl, const Request& request);
  ~Prepared();
  Prepared(Prepared&& other) noexcept;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  Prepared& operator=(Prepared&&) = delete;

  void apply(CURL* easy) const;
  [[nodiscard]] const Request& request() const noexcept { return request_; }

 private:
  const CurlLibrary& curl_;
  const Request& request_;
  curl_slist* headers_{nullptr};
};

/// One user: a handle that sends one request at a time.
class Connection {
 public:
  Connection(const CurlLibrary& curl, const Load& load);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] CURL* handle() const noexcept { return easy_; }
  /// Empty when the request is ready to be sent, else why it cannot be: a captured value that does
  /// not fit.
  [[nodiscard]] std::string prepare(const Prepared& request);
  /// Empty when the response is as wanted, else the cause: `status 500`, `timeout`. Takes what is
  /// to be captured.
  [[nodiscard]] std::string verdict(CURLcode code);

  /// At the beginning of a scenario.
  void forget_captured() { captured_.clear(); }

  std::size_t scenario{0};  ///< what it is at
  std::size_t request{0};
  Seconds due{0};

 private:
  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* self);
  [[nodiscard]] bool reads_body() const;
  [[nodiscard]] std::string fill(const Request& request);
  [[nodiscard]] std::string capture(const Request& request);
  [[nodiscard]] std::optional<std::string> header(const std::string& name) const;

  const CurlLibrary& curl_;
  CURL* easy_;
  curl_slist* ways_{nullptr};
  const Prepared* prepared_{nullptr};
  Request filled_;  ///< with what was captured, when the request asks for it
  std::optional<Prepared> own_;
  std::string body_;
  Captured captured_;
};

}  // namespace pipectl::stages::load
