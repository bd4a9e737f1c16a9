#pragma once

#include <cstddef>
#include <string_view>

namespace pipectl {

/// Text that was wrapped holds gaps: line breaks (\n, \r\n, \r; also written out as \n and \r\n, as
/// in a JSON string; after a `=`, as in quoted-printable) and the indentation that follows them.
/// base64, openssl, fold, YAML, mail and terminals make them, each at a width of its own.
struct Gap {
  std::size_t begin;
  std::size_t breaks_end;  ///< behind the last line break
  std::size_t end;         ///< behind the indentation
  [[nodiscard]] bool empty() const noexcept { return begin == end; }
};

/// What is longer is no gap: nobody wraps like that, and a stream holds gaps back.
constexpr std::size_t longest_gap = 256;
/// Wrapped text has at least so many characters in every line but the first and the last.
constexpr std::size_t narrowest_line = 4;

/// The gap that begins at `place`; empty when none does.
[[nodiscard]] Gap gap_at(std::string_view text, std::size_t place) noexcept;
/// The gap that ends at `place`. A `\` or `=` there may be half a break.
[[nodiscard]] Gap gap_before(std::string_view text, std::size_t place) noexcept;

/// Where the rest of `form`, from `next` on, goes on behind a gap: a form may itself have a blank
/// where the line was broken.
[[nodiscard]] std::size_t behind(const Gap& gap, std::string_view form, std::size_t next) noexcept;

struct Fit {
  enum class Kind { none, cut_off, whole } kind;
  std::size_t end;  ///< in the text
};

/// Whether `form`, from `next` on, stands at `place` of `text`, gaps left out. `cut_off`: as far as
/// the text goes. With `next` above 0 a gap precedes `place`: that line, too, has a least width.
[[nodiscard]] Fit fit_wrapped(std::string_view text, std::size_t place, std::string_view form,
                              std::size_t next) noexcept;

}  // namespace pipectl
