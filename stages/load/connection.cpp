#include "stages/load/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace pipectl::stages::load {
namespace {

constexpr std::size_t longest_body = 1 << 20;  // that is looked into

bool same_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

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
  for (const auto& way : load.ways) ways_ = curl.slist_append(ways_, way.c_str());
  if (ways_ != nullptr) set(easy_, CURLOPT_CONNECT_TO, ways_);
}

Connection::~Connection() {
  if (easy_ != nullptr) curl_.easy_cleanup(easy_);
  if (ways_ != nullptr) curl_.slist_free_all(ways_);
}

std::string Connection::prepare(const Prepared& request) {
  body_.clear();
  if (request.request().uses_captured) return fill(request.request());
  if (prepared_ == &request) return {};
  prepared_ = &request;
  request.apply(easy_);
  return {};
}

/// libcurl keeps pointers into the request: it lives until the next one is prepared.
std::string Connection::fill(const Request& request) {
  prepared_ = nullptr;
  own_.reset();
  filled_ = request;
  const auto url = url_with_captured(request.url, captured_);
  if (!url) return url.error().message;
  filled_.url = *url;
  for (auto& line : filled_.headers) {
    const auto filled = header_with_captured(line, captured_);
    if (!filled) return filled.error().message;
    line = *filled;
  }
  filled_.body = with_captured(request.body, captured_);
  own_.emplace(curl_, filled_);
  own_->apply(easy_);
  prepared_ = &*own_;
  return {};
}

/// Of several of this name the last.
std::optional<std::string> Connection::header(const std::string& name) const {
  std::optional<std::string> found;
  curl_header* last = nullptr;
  while (curl_header* const one = curl_.easy_nextheader(easy_, CURLH_HEADER, -1, last)) {
    if (same_ignoring_case(one->name, name)) found = one->value;
    last = one;
  }
  return found;
}

std::string Connection::capture(const Request& request) {
  for (const Capture& capture : request.captures) {
    if (capture.header.empty()) continue;
    auto value = header(capture.header);
    if (!value) return fmt::format("nothing to capture for '{}'", capture.name);
    captured_.insert_or_assign(capture.name, *std::move(value));
  }
  const auto taken = capture_json(request.captures, body_, captured_);
  return taken ? std::string{} : taken.error().message;
}

bool Connection::reads_body() const {
  const Request& request = prepared_->request();
  return !request.contains.empty() ||
         std::ranges::any_of(request.captures, [](const auto& one) { return one.header.empty(); });
}

std::string Connection::verdict(CURLcode code) {
  if (code == CURLE_OPERATION_TIMEDOUT) return "timeout";
  if (code != CURLE_OK) return curl_.easy_strerror(code);
  long status = 0;
  curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  const Request& request = prepared_->request();
  if (!request.status.contains(static_cast<int>(status))) return fmt::format("status {}", status);
  if (!request.contains.empty() && body_.find(request.contains) == std::string::npos)
    return fmt::format("status {} without the text wanted", status);
  return request.captures.empty() ? std::string{} : capture(request);
}

std::size_t Connection::take(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  const std::size_t length = size * count;
  if (!connection.reads_body()) return length;
  const std::size_t room = longest_body - std::min(longest_body, connection.body_.size());
  connection.body_.append(bytes, std::min(length, room));
  return length;
}

}  // namespace pipectl::stages::load
