#pragma once

#include <optional>
#include <tl/expected.hpp>

#include "core/base/clock.hpp"
#include "core/base/http.hpp"
#include "core/base/result.hpp"

namespace pipectl {

/// Why a service did not take what was sent to it, and whether another try could do better.
struct Refusal {
  enum class Retry {
    never,  ///< it was refused for what it is: sending it again changes nothing
    later,  ///< the network, the service or a limit of it was in the way
  };
  Error error;
  Retry retry{Retry::never};
  std::optional<Milliseconds> wait{};  ///< how long the service wants to be left alone
  int status{0};                       ///< of the response; 0: there was none
};

template <class T = void>
using Attempt = tl::expected<T, Refusal>;

[[nodiscard]] tl::unexpected<Refusal> refuse(Refusal::Retry retry, std::string message,
                                             std::string hint = {});

/// No response came. A cancellation and a wrong URL are not worth another try.
[[nodiscard]] Refusal refusal_of(Error error);

/// A response that is no success. Worth another try: 408, 425, 429 and 5xx. `Retry-After` (seconds
/// or a date) is the wait. `what` begins the message: `slack: 503 Service Unavailable`.
[[nodiscard]] Refusal refusal_of(const HttpResponse& response, std::string_view what, WallTime now);

/// The wait that the header `Retry-After` asks for, at most a day.
[[nodiscard]] std::optional<Milliseconds> retry_after(const HttpResponse& response, WallTime now);

}  // namespace pipectl
