#include "plugins/github/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"

namespace pipectl::github {
namespace {

using Json = nlohmann::json;

/// GitHub asks for at least this after a secondary limit that names no time.
constexpr Milliseconds after_secondary_limit{60'000};
constexpr std::size_t most_of_a_message = 400;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// `errors` holds texts, or objects with a message or with the field and a code.
std::string detail_of(const Json& error) {
  if (error.is_string()) return error.get<std::string>();
  auto message = text_of(error, "message");
  if (!message.empty()) return message;
  const auto field = text_of(error, "field");
  const auto code = text_of(error, "code");
  return field.empty() ? code : field + " " + code;
}

std::string message_of(const HttpResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  std::string message = text_of(body, "message");
  const auto errors = body.is_object() ? body.find("errors") : body.end();
  if (errors != body.end() && errors->is_array())
    for (const Json& error : *errors) message += "; " + detail_of(error);
  return printable(cut(message, most_of_a_message));
}

std::optional<long> number_in(const HttpResponse& response, std::string_view header) {
  const auto* const text = response.header(header);
  if (text == nullptr) return std::nullopt;
  long number = 0;
  const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || rest != text->data() + text->size()) return std::nullopt;
  return number;
}

bool names_a_limit(std::string_view message) {
  return message.find("rate limit") != std::string_view::npos ||
         message.find("abuse detection") != std::string_view::npos;
}

/// How long a limit lasts, where the response is about one.
std::optional<Milliseconds> limit_of(const HttpResponse& response, std::string_view message,
                                     WallTime now) {
  if (response.status != 403 && response.status != 429) return std::nullopt;
  if (const auto wait = retry_after(response, now)) return wait;
  const auto reset = number_in(response, "x-ratelimit-reset");
  if (number_in(response, "x-ratelimit-remaining") == 0 && reset) {
    const WallTime at{std::chrono::seconds{*reset}};
    const auto wait = std::chrono::ceil<Milliseconds>(at - now);
    return std::clamp(wait, Milliseconds{1'000}, Milliseconds{3'600'000});
  }
  if (response.status == 429 || names_a_limit(message)) return after_secondary_limit;
  return std::nullopt;
}

std::string hint_of(int status) {
  if (status == 401) return "the token is wrong or has expired";
  if (status == 403) return "the token lacks a permission for this";
  if (status == 404) return "the repository is called otherwise, or the token has no access to it";
  return {};
}

/// From `link: <https://…?page=2>; rel="next", <…>; rel="last"`.
std::string next_page(const HttpResponse& response) {
  const auto* const links = response.header("link");
  if (links == nullptr) return {};
  for (const auto link : split(*links, ',')) {
    if (link.find("rel=\"next\"") == std::string_view::npos) continue;
    const auto begin = link.find('<');
    const auto end = link.find('>');
    if (begin != std::string_view::npos && end != std::string_view::npos && begin < end)
      return std::string(link.substr(begin + 1, end - begin - 1));
  }
  return {};
}

/// `https://api.github.com` of a URL.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

/// github.com and SUB.ghe.com take assets at `uploads.` beside `api.`; an Enterprise server at its
/// own host.
bool is_trusted(std::string_view url, std::string_view api) {
  constexpr std::string_view begin = "https://api.";
  const auto origin = origin_of(url);
  const auto home = origin_of(api);
  if (origin == home) return true;
  if (home != "https://api.github.com" && !(home.starts_with(begin) && home.ends_with(".ghe.com")))
    return false;
  return origin == "https://uploads." + std::string(home.substr(begin.size()));
}

}  // namespace

Client::Client(HttpClient& http, Access access, const Clock& clock, CancelToken cancel)
    : http_(http), access_(std::move(access)), clock_(clock), cancel_(std::move(cancel)) {}

Attempt<Answer> Client::get(std::string path) const {
  Call call;
  call.path = std::move(path);
  return send(call);
}

Attempt<Answer> Client::send(const Call& call) const {
  HttpRequest request;
  request.method = call.method;
  request.url = call.path.starts_with('/') ? access_.api_url + call.path : call.path;
  if (!is_trusted(request.url, access_.api_url))
    return refuse(Refusal::Retry::never,
                  fmt::format("github: {} is not GitHub's", printable(origin_of(request.url))));
  request.headers = {{"Accept", "application/vnd.github+json, application/json;q=0.9"},
                     {"X-GitHub-Api-Version", "2022-11-28"}};
  if (!access_.token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + access_.token);
  if (!call.body.empty() || !call.body_file.empty())
    request.headers.emplace_back("Content-Type", call.content_type);
  request.body = call.body;
  request.body_file = call.body_file;
  request.timeout = call.timeout;
  // A repository that was renamed redirects; the client lets the token go to the same origin only.
  request.follow_redirects = true;
  auto response = http_.send(request, cancel_);
  if (!response) return tl::unexpected(refusal_of(std::move(response).error()));
  const bool success = call.expected != 0 ? response->status == call.expected
                                          : response->status >= 200 && response->status < 300;
  if (!success) return tl::unexpected(refusal(call, *response));
  auto next = next_page(*response);
  return Answer{response->status, std::move(response->body), std::move(next)};
}

Refusal Client::refusal(const Call& call, const HttpResponse& response) const {
  const auto message = message_of(response);
  Refusal refusal = refusal_of(response, "github", clock_.wall());
  const auto place = call.path.substr(0, call.path.find('?'));
  refusal.error.message = fmt::format("github: {} {}: {}{}{}", call.method, printable(place),
                                      response.status, message.empty() ? "" : ": ", message);
  if (const auto wait = limit_of(response, message, clock_.wall())) {
    refusal.retry = Refusal::Retry::later;
    refusal.wait = wait;
  } else {
    refusal.error.hint = hint_of(response.status);
  }
  return refusal;
}

}  // namespace pipectl::github
