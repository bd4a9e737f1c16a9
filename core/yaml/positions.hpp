#pragma once

#include <yaml-cpp/mark.h>

#include <string_view>

#include "core/base/diagnostic.hpp"

namespace pipectl::yaml {

/// Turns the parser's marks into spans. Both count bytes; the parser does not see a byte order
/// mark.
class Positions {
 public:
  Positions(const SourceFile& source, std::string_view text) noexcept
      : source_(&source), text_(text), skipped_(source.text.size() - text.size()) {}

  [[nodiscard]] Span span(const YAML::Mark& mark, std::size_t length = 1) const noexcept {
    const auto line = static_cast<std::uint32_t>(mark.line);
    const auto column = static_cast<std::size_t>(mark.column) + (mark.line == 0 ? skipped_ : 0);
    return {source_, line + 1, static_cast<std::uint32_t>(column) + 1,
            static_cast<std::uint32_t>(length)};
  }

  /// The text from the mark on.
  [[nodiscard]] std::string_view rest(const YAML::Mark& mark) const noexcept {
    const auto at = static_cast<std::size_t>(mark.pos);
    return at < text_.size() ? text_.substr(at) : std::string_view();
  }

  /// The line that holds the mark, up to it.
  [[nodiscard]] std::string_view line_before(const YAML::Mark& mark) const noexcept {
    const auto before = text_.substr(0, static_cast<std::size_t>(mark.pos));
    const auto start = before.rfind('\n');
    return start == std::string_view::npos ? before : before.substr(start + 1);
  }

  [[nodiscard]] const SourceFile& source() const noexcept { return *source_; }

 private:
  const SourceFile* source_;
  std::string_view text_;
  std::size_t skipped_;
};

}  // namespace pipectl::yaml
