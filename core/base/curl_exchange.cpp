#include "core/base/curl_exchange.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

namespace pipectl {
namespace {

std::string header_line(const std::string& name, const std::string& value) {
  // curl's spelling of a header without a value.
  return value.empty() ? name + ";" : name + ": " + value;
}

bool is_content_type(const std::pair<std::string, std::string>& header) {
  return strcasecmp(header.first.c_str(), "content-type") == 0;
}

}  // namespace

CurlExchange::~CurlExchange() {
  if (multi_ != nullptr && easy_ != nullptr) curl_.multi_remove_handle(multi_, easy_);
  if (easy_ != nullptr) curl_.easy_cleanup(easy_);
  if (multi_ != nullptr) curl_.multi_cleanup(multi_);
  if (headers_ != nullptr) curl_.slist_free_all(headers_);
}

bool CurlExchange::open() {
  easy_ = curl_.easy_init();
  multi_ = curl_.multi_init();
  return easy_ != nullptr && multi_ != nullptr;
}

void CurlExchange::set_policy(const UrlParts& url, Milliseconds timeout) {
  const auto set = curl_.easy_setopt;
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  // A slow resolver must not hold up a cancellation.
  set(easy_, CURLOPT_QUICK_EXIT, 1L);
  set(easy_, CURLOPT_ERRORBUFFER, detail_.data());
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy_, CURLOPT_USERAGENT, "pipectl/" PIPECTL_VERSION);
  const long limit = static_cast<long>(timeout.count());
  set(easy_, CURLOPT_TIMEOUT_MS, limit);
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, limit);
  set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings_.ca_file.empty()) set(easy_, CURLOPT_CAINFO, settings_.ca_file.c_str());
  if (!settings_.ca_directory.empty()) set(easy_, CURLOPT_CAPATH, settings_.ca_directory.c_str());
  if (is_loopback(url)) set(easy_, CURLOPT_NOPROXY, "*");
}

/// A body of any size, of which curl asks a piece at a time.
Result<void> CurlExchange::set_file(const std::filesystem::path& file) {
  const auto set = curl_.easy_setopt;
  file_ = UniqueFd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat facts {};
  if (!file_ || ::fstat(file_.get(), &facts) != 0)
    return fail(Fault::step, fmt::format("cannot read {}: {}", file.string(),
                                         std::generic_category().message(errno)));
  set(easy_, CURLOPT_POST, 1L);
  set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(facts.st_size));
  set(easy_, CURLOPT_READFUNCTION, &CurlExchange::read_file);
  set(easy_, CURLOPT_READDATA, this);
  set(easy_, CURLOPT_SEEKFUNCTION, &CurlExchange::seek_file);
  set(easy_, CURLOPT_SEEKDATA, this);
  return {};
}

std::size_t CurlExchange::read_file(char* bytes, std::size_t size, std::size_t count, void* self) {
  const auto& file = static_cast<CurlExchange*>(self)->file_;
  ssize_t got = -1;
  do got = ::read(file.get(), bytes, size * count);
  while (got < 0 && errno == EINTR);
  return got < 0 ? CURL_READFUNC_ABORT : static_cast<std::size_t>(got);
}

/// Of a connection that was reused and had ended meanwhile, the body is sent again.
int CurlExchange::seek_file(void* self, curl_off_t offset, int origin) {
  const auto& file = static_cast<CurlExchange*>(self)->file_;
  return ::lseek(file.get(), offset, origin) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

Result<void> CurlExchange::set_request(const HttpRequest& request) {
  const auto set = curl_.easy_setopt;
  set(easy_, CURLOPT_URL, request.url.c_str());
  if (!request.body_file.empty()) {
    TRY(set_file(request.body_file));
    set(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method == "HEAD") {
    set(easy_, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request.body.data());
    set(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    set(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  max_body_ = request.max_body;
  set(easy_, CURLOPT_WRITEFUNCTION, &CurlExchange::write_body);
  set(easy_, CURLOPT_WRITEDATA, this);
  return {};
}

bool CurlExchange::set_headers(const HttpRequest& request) {
  // Without `Expect:` curl waits a second for the leave to send a larger body; without
  // `Content-Type:` it calls every body a form.
  headers_ = curl_.slist_append(nullptr, "Expect:");
  const bool typed = std::any_of(request.headers.begin(), request.headers.end(), is_content_type);
  if (headers_ != nullptr && !typed) curl_.slist_append(headers_, "Content-Type:");
  for (const auto& [name, value] : request.headers) {
    if (headers_ == nullptr) return false;
    const std::string line = header_line(name, value);
    curl_slist* const longer = curl_.slist_append(headers_, line.c_str());
    if (longer == nullptr) return false;
    headers_ = longer;
  }
  curl_.easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  return headers_ != nullptr;
}

std::size_t CurlExchange::write_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::size_t length = size * count;
  if (length > exchange.max_body_ - exchange.body_.size()) {
    exchange.too_large_ = true;
    return 0;  // curl ends the transfer
  }
  try {
    exchange.body_.append(bytes, length);
  } catch (const std::exception&) {
    return 0;
  }
  return length;
}

Result<CURLcode> CurlExchange::perform(const CancelToken& cancel) {
  curl_.multi_add_handle(multi_, easy_);
  curl_waitfd wake{cancel.fd(), CURL_WAIT_POLLIN, 0};
  while (true) {
    if (cancel.cancelled()) return fail(Fault::cancelled, "interrupted");
    int running = 0;
    if (const CURLMcode code = curl_.multi_perform(multi_, &running); code != CURLM_OK)
      return fail(Fault::infrastructure, "libcurl cannot go on");
    int left = 0;
    while (const CURLMsg* const message = curl_.multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    curl_.multi_poll(multi_, &wake, wake.fd < 0 ? 0U : 1U, 1'000, nullptr);
  }
}

HttpResponse CurlExchange::response() {
  HttpResponse response;
  long status = 0;
  curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_header* header = nullptr;
  while ((header = curl_.easy_nextheader(easy_, CURLH_HEADER, -1, header)) != nullptr) {
    std::string name{header->name};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    response.headers.emplace_back(std::move(name), header->value);
  }
  response.body = std::move(body_);
  return response;
}

Result<HttpResponse> CurlExchange::run(const HttpRequest& request, const UrlParts& url,
                                       SteadyTime deadline, const CancelToken& cancel) {
  const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return tl::unexpected(error_of(CURLE_OPERATION_TIMEDOUT, request, url));
  if (!open()) return fail(Fault::infrastructure, "libcurl gave no handle: out of memory?");
  set_policy(url, left);
  TRY(set_request(request));
  if (!set_headers(request)) return fail(Fault::infrastructure, "out of memory");
  const CURLcode code = TRY(perform(cancel));
  if (code != CURLE_OK) return tl::unexpected(error_of(code, request, url));
  return response();
}

std::string CurlExchange::redirect() const {
  const char* target = nullptr;
  curl_.easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &target);
  return target == nullptr ? std::string{} : std::string{target};
}

}  // namespace pipectl
