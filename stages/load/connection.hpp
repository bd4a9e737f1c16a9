#pragma once

#include <cstddef>
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
  void prepare(const Prepared& request);
  /// Empty when the response is as wanted, else the cause: `status 500`, `timeout`.
  [[nodiscard]] std::string verdict(CURLcode code) const;

  std::size_t scenario{0};  ///< what it is at
  std::size_t request{0};
  Seconds due{0};

 private:
  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* self);

  const CurlLibrary& curl_;
  CURL* easy_;
  const Prepared* prepared_{nullptr};
  std::string body_;
};

}  // namespace pipectl::stages::load
