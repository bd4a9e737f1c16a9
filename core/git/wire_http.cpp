// The "smart" HTTP protocol: gitprotocol-http(5).

#include <memory>

#include "core/base/text.hpp"
#include "core/git/http_request.hpp"
#include "core/git/login.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/url.hpp"
#include "core/git/wire.hpp"

namespace pipectl::git {
namespace {

std::string list_suffix(const Session& session) {
  return std::string("/info/refs?service=") + session.service();
}

constexpr int most_requests = 10;

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string base_url(const Session& session) {
  std::string url = session.redirected.empty() ? session.address.url() : session.redirected;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Error refused(const Session& session, bool with_login) {
  const Address& address = session.address;
  if (session.purpose == Purpose::push)
    return {Fault::infrastructure,
            with_login ? address.url() + ": the server refused the push"
                       : address.url() + ": the server wants a login",
            with_login ? "check that the token or password is right, has not expired and may write "
                         "to this repository"
                       : "grant the stage a secret that holds a token, or set up a credential "
                         "helper of git"};
  return {Fault::infrastructure,
          with_login ? address.url() + ": the server refused the login"
                     : address.url() + ": the server wants a login",
          with_login
              ? "check that the token or password is right, has not expired and may read this "
                "repository"
              : "name a secret in `source:` that holds a token, or set up a credential "
                "helper of git"};
}

/// What a status that is no success means. The body of such a response is prose: not shown.
Error status_error(const Session& session, long status, bool with_login) {
  const Address& address = session.address;
  if (status == 401 || status == 403) return refused(session, with_login);
  if (status == 404 || status == 410) return not_found(address, "HTTP " + std::to_string(status));
  if (status == 407)
    return {Fault::infrastructure, address.url() + ": the proxy wants a login",
            "put user and password into http.proxy of your git configuration, or into https_proxy"};
  return {Fault::infrastructure,
          address.url() + ": the server answered HTTP " + std::to_string(status),
          status >= 500 ? "the server is in trouble; try again later" : ""};
}

/// The body of one request, read as it comes.
class HttpWire final : public Wire {
 public:
  HttpWire(Session& session, Service service) : session_(session), service_(service) {}

  /// The list: asked for at once, again where a redirect points, and when the server wants a login.
  Result<void> open_list() {
    std::optional<Login> login = TRY(first_login(session_));
    for (int requests = 0; requests <= most_requests; ++requests) {
      if (session_.strayed) login.reset();
      stream_ = std::make_unique<HttpRequestStream>(session_);
      TRY(stream_->start({base_url(session_) + list_suffix(session_), "*/*", "", "", login}));
      if (is_redirect(stream_->status())) {
        TRY(follow());
        continue;
      }
      auto next = may_ask_for_login() ? next_login(session_, login) : std::nullopt;
      if (!next) return accept(std::move(login));
      login = std::move(next);
    }
    return fail(Fault::infrastructure, session_.address.url() + " redirects without end");
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (service_ == Service::objects && !asked_) TRY(ask());
    return stream_->read(buffer);
  }

  Result<void> write(std::string_view bytes) override {
    question_ += bytes;
    return {};
  }

  Error why_ended() override { return cut_off(session_.address); }

 private:
  [[nodiscard]] std::string media_type(const char* end) const {
    return std::string("application/x-") + session_.service() + end;
  }

  [[nodiscard]] bool may_ask_for_login() const {
    return stream_->status() == 401 && !session_.strayed;
  }

  Result<void> accept(std::optional<Login> login) {
    if (stream_->status() != 200)
      return tl::unexpected(status_error(session_, stream_->status(), login.has_value()));
    if (stream_->content_type() != media_type("-advertisement"))
      return tl::unexpected(not_found(session_.address, "the answer is not from a git server"));
    session_.login = std::move(login);
    return {};
  }

  /// From here on the session talks to where the redirect points. To another host it goes without
  /// login and without the headers that the user set for this one; from https never down to http.
  Result<void> follow() {
    const std::string url = stream_->redirect_url();
    const std::string suffix = list_suffix(session_);
    const auto target = parse_address(url);
    const bool is_git =
        url.ends_with(suffix) && target &&
        (target->scheme == Scheme::https || target->scheme == session_.address.scheme);
    if (!is_git)
      return fail(Fault::infrastructure,
                  session_.address.url() +
                      " redirects to what is no git repository: " + without_credentials(url),
                  "use the final URL of the repository");
    session_.redirected = url.substr(0, url.size() - suffix.size());
    if (target->origin() != session_.address.origin()) session_.strayed = true;
    return {};
  }

  Result<void> ask() {
    asked_ = true;
    stream_ = std::make_unique<HttpRequestStream>(session_);
    TRY(stream_->start({base_url(session_) + "/" + session_.service(), media_type("-result"),
                        media_type("-request"), std::move(question_), session_.login}));
    if (stream_->status() == 200) return {};
    return tl::unexpected(status_error(session_, stream_->status(), session_.login.has_value()));
  }

  Session& session_;
  Service service_;
  std::unique_ptr<HttpRequestStream> stream_;
  std::string question_;
  bool asked_{false};
};

}  // namespace

Result<std::unique_ptr<Wire>> open_http_wire(Session& session, Service service) {
  auto wire = std::make_unique<HttpWire>(session, service);
  if (service == Service::list) TRY(wire->open_list());
  return wire;
}

}  // namespace pipectl::git
