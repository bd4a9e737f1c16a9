#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl::stages {

/// The attributes of one element, as expat gives them: valid during the call only.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) noexcept : pairs_(pairs) {}
  /// Empty where there is none.
  [[nodiscard]] std::string_view text(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  /// Nothing where there is none or it is no number. `1,234.5` is one.
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  /// 0 where there is none or it is no whole number.
  [[nodiscard]] std::uint32_t whole(std::string_view name) const noexcept;

 private:
  const char** pairs_;
};

/// Hears of a document's parts in order. Names come without their prefix.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void open(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void close(std::string_view name) = 0;
  /// In pieces.
  virtual void text(std::string_view piece) { static_cast<void>(piece); }

  /// Ends the reading with this as its reason.
  void refuse(std::string reason, std::string hint = {});
  [[nodiscard]] const std::optional<Error>& refused() const noexcept { return refused_; }

 private:
  std::optional<Error> refused_;
};

/// Reads a whole document through expat. Errors name the line: not well-formed, cut off, empty,
/// nested deeper than 200, an element larger than 8 MiB, a document type that declares entities.
/// External ones are never fetched.
Result<void> read_xml(std::istream& in, XmlHandler& handler);

/// A number as reports write it, `1,234.5` too; nothing when the text is none.
[[nodiscard]] std::optional<double> report_number(std::string_view text);

}  // namespace pipectl::stages
