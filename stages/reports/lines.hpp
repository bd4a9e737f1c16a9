#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl::stages {

/// Reads a text line by line, without line ends, colours (ANSI) and a byte-order mark. `take` gets
/// the line's number, from 1, and the line. Errors name the line: longer than 1 MiB, a NUL byte.
Result<void> read_lines(std::istream& in,
                        const std::function<Result<void>(std::size_t, std::string_view)>& take);

/// The same for what always ends its lines: an open last one was cut off, which is an error.
Result<void> read_whole_lines(
    std::istream& in, const std::function<Result<void>(std::size_t, std::string_view)>& take);

/// The same, telling whether the last line was ended.
enum class LastLine : std::uint8_t { ended, open };
[[nodiscard]] Result<LastLine> read_to_last_line(
    std::istream& in, const std::function<Result<void>(std::size_t, std::string_view)>& take);
[[nodiscard]] Error cut_off(std::string_view what);

/// `FILE:LINE:COLUMN: REST` or `FILE:LINE: REST`; also where FILE begins with a drive letter.
struct Place {
  std::string_view file;
  std::uint32_t line{0};
  std::uint32_t column{0};
  std::string_view rest;
};
[[nodiscard]] std::optional<Place> split_place(std::string_view line);

/// The leading digits of a text, which are taken away from it; nothing when there are none.
[[nodiscard]] std::optional<std::uint32_t> take_number(std::string_view& text);

}  // namespace pipectl::stages
