#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.hpp"

namespace pipectl::store {

/// A name for a file or folder that stands for `stage`: the stage's own where it holds nothing but
/// letters, digits, `_` and `-`, otherwise `unit_18_linux.5f0c3a9e`: made readable, cut, and told
/// apart by a digest behind a dot, which no plain name holds. Always the same for the same stage.
[[nodiscard]] std::string file_name_of(std::string_view stage);

/// `20261120-155201-3f9a`: UTC time, then four hex digits. When `latest` (the id of the run before,
/// or empty) would not sort before it (same second, clock set back by up to a day) the new id
/// continues from it, so that ids sort as the runs were made. `noise` makes the digits.
[[nodiscard]] std::string next_run_id(WallTime at, std::string_view latest, unsigned noise);

/// Whether `text` has the form of a run id. Nothing else is ever used as a folder's name.
[[nodiscard]] bool is_run_id(std::string_view text) noexcept;

}  // namespace pipectl::store
