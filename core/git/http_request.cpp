#include "core/git/http_request.hpp"

#include <strings.h>

#include <algorithm>
#include <cstring>

#include "core/git/remote_error.hpp"

namespace pipectl::git {
namespace {

bool is_authorization(std::string_view header) {
  constexpr std::string_view name = "authorization:";
  return header.size() >= name.size() && strncasecmp(header.data(), name.data(), name.size()) == 0;
}

}  // namespace

HttpRequestStream::~HttpRequestStream() {
  if (!session_.curl) return;
  const CurlLibrary& curl = *session_.curl;
  if (multi_ != nullptr && easy_ != nullptr) curl.multi_remove_handle(multi_, easy_);
  if (easy_ != nullptr) curl.easy_cleanup(easy_);
  if (multi_ != nullptr) curl.multi_cleanup(multi_);
  if (headers_ != nullptr) curl.slist_free_all(headers_);
}

std::size_t HttpRequestStream::take(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& stream = *static_cast<HttpRequestStream*>(self);
  try {
    stream.body_.append(bytes, size * count);
  } catch (const std::exception&) {
    return 0;  // curl ends the transfer
  }
  return size * count;
}

void HttpRequestStream::add_header(const std::string& line) {
  curl_slist* const longer = session_.curl->slist_append(headers_, line.c_str());
  if (longer != nullptr) headers_ = longer;
}

std::string HttpRequestStream::environment(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    const auto found = session_.request.environment.find(name);
    if (found != session_.request.environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

void HttpRequestStream::set_transfer(const Query& query) {
  const auto set = session_.curl->easy_setopt;
  set(easy_, CURLOPT_URL, query.url.c_str());
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // a slow resolver must not hold up a cancellation
  set(easy_, CURLOPT_ERRORBUFFER, detail_.data());
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(session_.request.silence.count()));
  // Servers tell git's clients from browsers by the "git/" at the front.
  set(easy_, CURLOPT_USERAGENT, "git/2.0 (pipectl " PIPECTL_VERSION ")");
  set(easy_, CURLOPT_ACCEPT_ENCODING, "");
  set(easy_, CURLOPT_WRITEFUNCTION, &HttpRequestStream::take);
  set(easy_, CURLOPT_WRITEDATA, this);
  set(easy_, CURLOPT_PROTOCOLS_STR, "https,http");
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);  // whoever asked decides, and what may go with it
  add_header("Accept: " + query.accept);
  add_header("Pragma: no-cache");
  if (query.body.empty()) return;
  add_header("Content-Type: " + query.content_type);
  add_header("Expect:");
  set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(query.body.size()));
  set(easy_, CURLOPT_POSTFIELDS, query.body.data());
}

void HttpRequestStream::set_trust() {
  const auto set = session_.curl->easy_setopt;
  const auto setting = [&](const char* name) {
    return session_.config.http(session_.address, name);
  };
  set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  std::string file = environment({"GIT_SSL_CAINFO"});
  if (file.empty()) file = setting("sslcainfo");
  if (file.empty()) file = environment({"CURL_CA_BUNDLE", "SSL_CERT_FILE"});
  if (!file.empty()) set(easy_, CURLOPT_CAINFO, file.c_str());
  std::string folder = environment({"GIT_SSL_CAPATH"});
  if (folder.empty()) folder = setting("sslcapath");
  if (folder.empty()) folder = environment({"SSL_CERT_DIR"});
  if (!folder.empty()) set(easy_, CURLOPT_CAPATH, folder.c_str());
  const std::string certificate = setting("sslcert");
  const std::string key = setting("sslkey");
  if (!certificate.empty()) set(easy_, CURLOPT_SSLCERT, certificate.c_str());
  if (!key.empty()) set(easy_, CURLOPT_SSLKEY, key.c_str());
}

void HttpRequestStream::set_proxy() {
  const auto set = session_.curl->easy_setopt;
  std::string proxy = session_.config.http(session_.address, "proxy");
  // Upper-case HTTP_PROXY is left alone: in a CGI program it is a header of the client's.
  if (proxy.empty() && session_.address.scheme == Scheme::http) proxy = environment({"http_proxy"});
  if (proxy.empty() && session_.address.scheme == Scheme::https)
    proxy = environment({"https_proxy", "HTTPS_PROXY"});
  if (proxy.empty()) proxy = environment({"all_proxy", "ALL_PROXY"});
  // Set also when empty: else curl would look at this process's own environment.
  set(easy_, CURLOPT_PROXY, proxy.c_str());
  set(easy_, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_ANY));
  set(easy_, CURLOPT_NOPROXY, environment({"no_proxy", "NO_PROXY"}).c_str());
}

void HttpRequestStream::set_login(const Query& query) {
  const auto set = session_.curl->easy_setopt;
  if (query.login) {
    set(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy_, CURLOPT_USERNAME, query.login->user.c_str());
    set(easy_, CURLOPT_PASSWORD, query.login->password.c_str());
  } else if (const std::string home = environment({"HOME"}); !home.empty()) {
    set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set(easy_, CURLOPT_NETRC_FILE, (home + "/.netrc").c_str());
  }
  if (session_.strayed) return;
  for (const auto& header : session_.config.http_headers(session_.address)) {
    // A login that was granted is the one that counts; servers refuse a request with two.
    if (query.login && is_authorization(header)) continue;
    add_header(header);
  }
}

Result<void> HttpRequestStream::start(Query query) {
  if (!session_.curl) session_.curl = TRY(CurlLibrary::load());
  query_ = std::move(query);
  easy_ = session_.curl->easy_init();
  multi_ = session_.curl->multi_init();
  if (easy_ == nullptr || multi_ == nullptr) return fail(Fault::infrastructure, "out of memory");
  set_transfer(query_);
  set_trust();
  set_proxy();
  set_login(query_);
  session_.curl->easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  session_.curl->multi_add_handle(multi_, easy_);
  return pump();
}

/// Runs the transfer until there is something to read, or its end.
Result<void> HttpRequestStream::pump() {
  const CurlLibrary& curl = *session_.curl;
  const SteadyTime deadline = session_.silence_deadline();
  body_.clear();
  read_ = 0;
  while (!done_ && body_.empty()) {
    if (session_.cancel.cancelled()) return tl::unexpected(cancelled());
    int running = 0;
    if (curl.multi_perform(multi_, &running) != CURLM_OK)
      return fail(Fault::infrastructure, "libcurl cannot go on");
    int left = 0;
    while (const CURLMsg* const message = curl.multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      done_ = true;
      if (message->data.result != CURLE_OK) return tl::unexpected(error_of(message->data.result));
    }
    if (done_ || !body_.empty()) break;
    const auto wait = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (wait.count() <= 0)
      return tl::unexpected(silent(session_.address, session_.request.silence));
    curl_waitfd wake{session_.cancel.fd(), CURL_WAIT_POLLIN, 0};
    curl.multi_poll(multi_, &wake, wake.fd < 0 ? 0U : 1U,
                    static_cast<int>(std::min<long>(wait.count(), 1'000)), nullptr);
  }
  return {};
}

Result<std::size_t> HttpRequestStream::read(std::span<char> buffer) {
  if (read_ == body_.size()) TRY(pump());
  const std::size_t count = std::min(buffer.size(), body_.size() - read_);
  std::memcpy(buffer.data(), body_.data() + read_, count);
  read_ += count;
  return count;
}

long HttpRequestStream::status() const {
  long status = 0;
  session_.curl->easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::string HttpRequestStream::info_text(CURLINFO what) const {
  const char* text = nullptr;
  session_.curl->easy_getinfo(easy_, what, &text);
  return text == nullptr ? std::string{} : std::string(text);
}

std::string HttpRequestStream::content_type() const { return info_text(CURLINFO_CONTENT_TYPE); }
std::string HttpRequestStream::redirect_url() const { return info_text(CURLINFO_REDIRECT_URL); }

}  // namespace pipectl::git
