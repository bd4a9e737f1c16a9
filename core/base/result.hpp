#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace pipectl {

/// Whose failure it is. The five never mix: each has its own outcome, exit code and wording.
enum class Fault {
  usage,           ///< the user's file or command line is wrong; nothing ran
  step,            ///< a command or check of the pipeline failed
  infrastructure,  ///< the world around it failed: disk full, no network, tool absent
  cancelled,       ///< somebody asked to stop
  bug,             ///< an invariant of pipectl itself is broken
};

/// An expected failure. `message` names the place and the cause, `hint` the way out (may be empty).
/// Neither ends with a full stop or a line break.
struct Error {
  Fault fault{Fault::infrastructure};
  std::string message;
  std::string hint;
};

template <class T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Fault fault, std::string message,
                                                std::string hint = {}) {
  return tl::unexpected<Error>(Error{fault, std::move(message), std::move(hint)});
}

/// The value of a Result that has one. For TRY: tl::expected<void> has no value() to take.
template <class T, class E>
T take_value(tl::expected<T, E>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace pipectl

/// Unwraps a Result or returns its error from the enclosing function. Also for Result<void>.
#define TRY(...)                                                             \
  ({                                                                         \
    auto try_result_ = (__VA_ARGS__);                                        \
    if (!try_result_) return tl::unexpected(std::move(try_result_).error()); \
    ::pipectl::take_value(std::move(try_result_));                           \
  })
