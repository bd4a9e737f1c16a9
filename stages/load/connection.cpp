#include "stages/load/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pipectl::stages::load {
namespace {

constexpr std::size_t longest_body = 1 << 20;  // in which a text is looked for

}  // namespace

Prepared::Prepared(const CurlLibrary& curl, const Request& request)
    : curl_(curl), request_(request) {
  for (const auto& header : request.headers) headers_ = curl.slist_append(headers_, header.c_str());
}

Prepared::~Prepared() {
  if (headers_ != nullptr) curl_.slist_free_all(headers_);
}

Prepared::Prepared(Prepared&& other) noexcept
    : curl_(other.curl_),
      request_(other.request_),
      headers_(std::exchange(other.headers_, nullptr)) {}

void Prepared::apply(CURL* easy) const {
  const auto set = curl_.easy_setopt;
  const std::string& method = request_.method;
  const bool sends =
      !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  set(easy, CURLOPT_HTTPGET, 1L);  // forgets the method before
  if (sends) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
  if (method == "HEAD") set(easy, CURLOPT_NOBODY, 1L);
  const bool own = (sends && method != "POST") || (!sends && method != "GET" && method != "HEAD");
  set(easy, CURLOPT_CUSTOMREQUEST, own ? method.c_str() : nullptr);
  set(easy, CURLOPT_URL, request_.url.c_str());
  set(easy, CURLOPT_HTTPHEADER, headers_);
}

Connection::Connection(const CurlLibrary& curl, const Load& load)
    : curl_(curl), easy_(curl.easy_init()) {
  if (easy_ == nullptr) return;
  const auto set = curl.easy_setopt;
  const long timeout = static_cast<long>(load.timeout.count());
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_PROXY, "");
  set(easy_, CURLOPT_TIMEOUT_MS, timeout);
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, timeout);
  set(easy_, CURLOPT_USERAGENT, "pipectl/" PIPECTL_VERSION);
  set(easy_, CURLOPT_WRITEFUNCTION, &Connection::take);
  set(easy_, CURLOPT_WRITEDATA, this);
  if (!load.ca_file.empty()) set(easy_, CURLOPT_CAINFO, load.ca_file.c_str());
  if (!load.ca_directory.empty()) set(easy_, CURLOPT_CAPATH, load.ca_directory.c_str());
}

Connection::~Connection() {
  if (easy_ != nullptr) curl_.easy_cleanup(easy_);
}

void Connection::prepare(const Prepared& request) {
  body_.clear();
  if (prepared_ == &request) return;
  prepared_ = &request;
  request.apply(easy_);
}

std::string Connection::verdict(CURLcode code) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return "timeout";
  if (code != CURLE_OK) return curl_.easy_strerror(code);
  long status = 0;
  curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  const Request& request = prepared_->request();
  if (!request.status.contains(static_cast<int>(status))) return fmt::format("status {}", status);
  if (request.contains.empty() || body_.find(request.contains) != std::string::npos) return {};
  return fmt::format("status {} without the text wanted", status);
}

std::size_t Connection::take(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  const std::size_t length = size * count;
  if (connection.prepared_->request().contains.empty()) return length;
  const std::size_t room = longest_body - std::min(longest_body, connection.body_.size());
  connection.body_.append(bytes, std::min(length, room));
  return length;
}

}  // namespace pipectl::stages::load
