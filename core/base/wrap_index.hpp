#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/wrapped_text.hpp"

namespace pipectl {

/// Where forms of secrets were found.
struct Findings {
  struct Match {
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Match> matches;
  std::size_t
      partial;  ///< where the first form begins that may go on behind the end; else the size
};

/// So many bytes of a form stay visible before its first line break: too few to hold a line back
/// for, until there is a next one, whenever it ends like the beginning of some form.
constexpr std::size_t visible_before_gap = 2;

/// Finds forms that were broken within their first bytes, looking only at the line breaks of a
/// text: two bytes before and two behind one tell most breaks apart from those within a form. Forms
/// whose first line is longer are found by that line, as if they were not wrapped (SecretMatcher).
/// Immutable.
class WrapIndex {
 public:
  WrapIndex() = default;
  /// The forms, sorted, at least 4 bytes long; they outlive this. `longest` is the longest first
  /// line to look for.
  WrapIndex(std::vector<std::string_view> forms, std::size_t longest);

  /// Adds to the matches, not in order, and lowers `partial`.
  void search(std::string_view text, Findings& found) const;
  /// Lowers `partial` to what begins before a last line break that has too little behind it.
  void look_at_end(std::string_view text, Findings& found) const;

 private:
  struct Entry {
    std::uint32_t block;   // around the break, without it
    std::uint32_t form;    // index into forms_
    std::uint32_t before;  // bytes of the form before the break
  };

  struct Around;

  [[nodiscard]] std::size_t bit_of(std::uint32_t block) const noexcept;
  [[nodiscard]] unsigned hits(Around around) const noexcept;
  void at_line_end(std::string_view text, std::size_t place, Findings& found) const;
  void probe(std::string_view text, const Gap& gap, Findings& found) const;
  void compare(std::string_view text, const Gap& gap, std::uint32_t block, Findings& found) const;
  void look_before(std::string_view text, const Gap& gap, std::size_t place, Findings& found) const;

  std::vector<std::string_view> forms_;
  std::size_t longest_{0};
  std::vector<Entry> entries_;  // by block
  unsigned bits_{12};           // the filter has 2^bits_ bits
  std::vector<std::uint64_t> filter_;
};

}  // namespace pipectl
