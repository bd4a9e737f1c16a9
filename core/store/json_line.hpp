#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipectl::store {

/// One mapping of texts and numbers as a line of JSON, in the order in which they are put. Made for
/// reports of hundreds of thousands of entries, where a tree of values for each costs more than
/// reading the report: what needs no escape is copied, the rest is left to nlohmann/json.
class JsonLine {
 public:
  JsonLine();
  /// Keys are literals without anything to escape. Bytes that are no UTF-8 are replaced.
  JsonLine& text(std::string_view key, std::string_view value);
  /// Left out where it is empty, or 0.
  JsonLine& text_if_any(std::string_view key, std::string_view value);
  JsonLine& number_if_any(std::string_view key, std::uint32_t value);
  /// What is no number (infinite, not a number) becomes null.
  JsonLine& number(std::string_view key, double value);
  /// Ends the mapping; call it once, last.
  [[nodiscard]] std::string take();

 private:
  void key(std::string_view key);

  std::string line_;
};

}  // namespace pipectl::store
