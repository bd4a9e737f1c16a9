#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/base/unique_fd.hpp"

namespace pipectl {

/// Both ends close-on-exec and above 2.
struct Pipe {
  UniqueFd read;   ///< does not block
  UniqueFd write;  ///< blocks, as programs expect of their output
};

[[nodiscard]] Result<Pipe> make_pipe();

/// A descriptor from which a child reads these bytes, however many and whether it does or not.
[[nodiscard]] Result<UniqueFd> make_input(std::string_view bytes);

[[nodiscard]] Result<UniqueFd> open_null();

/// The same open file under a number of at least `lowest`, close-on-exec.
[[nodiscard]] Result<UniqueFd> moved_up(UniqueFd fd, int lowest);

}  // namespace pipectl
