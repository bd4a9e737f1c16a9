#include "core/api/attempt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr Milliseconds longest_wait{24LL * 60 * 60 * 1000};

std::optional<long> whole_number(std::string_view text) {
  long number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `Fri, 20 Nov 2026 15:52:01 GMT`
std::optional<WallTime> http_date(const std::string& text) {
  struct tm fields {};
  const char* const rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&fields));
}

bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

/// What the service says about it, on one line.
std::string told(const HttpResponse& response) {
  constexpr std::size_t most = 300;
  const auto body = trim(response.body);
  const bool page = body.starts_with('<');
  if (body.empty() || page) return {};
  return ": " + printable(cut(body, most));
}

}  // namespace

tl::unexpected<Refusal> refuse(Refusal::Retry retry, std::string message, std::string hint) {
  return tl::unexpected<Refusal>(
      Refusal{{Fault::infrastructure, std::move(message), std::move(hint)}, retry, {}, 0});
}

Refusal refusal_of(Error error) {
  const bool later = error.fault == Fault::infrastructure;
  return {std::move(error), later ? Refusal::Retry::later : Refusal::Retry::never, {}, 0};
}

Refusal refusal_of(const HttpResponse& response, std::string_view what, WallTime now) {
  const bool later = may_pass(response.status);
  return {
      {Fault::infrastructure, fmt::format("{}: {}{}", what, response.status, told(response)), {}},
      later ? Refusal::Retry::later : Refusal::Retry::never,
      retry_after(response, now),
      response.status};
}

std::optional<Milliseconds> retry_after(const HttpResponse& response, WallTime now) {
  const auto* const header = response.header("retry-after");
  if (header == nullptr) return std::nullopt;
  std::optional<Milliseconds> wait;
  if (const auto seconds = whole_number(*header)) {
    wait = *seconds > longest_wait.count() / 1000 ? longest_wait : Milliseconds{*seconds * 1000};
  } else if (const auto date = http_date(*header)) {
    wait = std::chrono::ceil<Milliseconds>(*date - now);
  }
  if (!wait) return std::nullopt;
  return std::clamp(*wait, Milliseconds{0}, longest_wait);
}

}  // namespace pipectl
