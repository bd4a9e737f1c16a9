#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::stages {

/// The keys from the root to a value; of a list, the position.
using JsonPath = std::vector<std::string>;

/// A place of a document whose values a reader wants: `runs/*/results/*`, where `*` is any key or
/// position and `#` any position of a list. `@list` is the document itself, when it is a list.
/// `a|b` is either. Keys that hold a `/` cannot be named.
struct JsonPlace {
  /// `in_each`: everything that stands where the pattern without its last key leads has it.
  enum class Presence : std::uint8_t { optional, required, in_each };
  /// Gets each value there as a whole. May throw what nlohmann's accessors throw: it becomes an
  /// error that names the path. Empty: it only has to be there, as a list or a mapping.
  using Take = std::function<Result<void>(const JsonPath&, const nlohmann::json&)>;

  std::string_view pattern;
  Take take;
  Presence presence{Presence::optional};
};

/// Reads a document as a stream (nlohmann SAX): only the values at the places are ever made, one at
/// a time; the rest is skipped. A place within another's value is not seen. Errors: empty, cut off,
/// no JSON, a place that has to be there and is not, nested deeper than 200, a value at a place or
/// a text larger than 8 MiB.
Result<void> read_json(std::istream& in, const std::vector<JsonPlace>& places);

/// The member as text: numbers and booleans too; empty where it is absent, null or something else.
[[nodiscard]] std::string json_text(const nlohmann::json& object, std::string_view key);
/// 0 where it is absent or no whole number of 32 bits; a text of digits is one.
[[nodiscard]] std::uint32_t json_whole(const nlohmann::json& object, std::string_view key);
/// For JsonPlace::Take: throws what nlohmann's accessors throw where it is no whole number. Their
/// own conversion of what is too large for the type is undefined.
[[nodiscard]] std::int64_t json_integer(const nlohmann::json& value);
/// A number, also one written as text; nothing where there is none.
[[nodiscard]] std::optional<double> json_number(const nlohmann::json& object, std::string_view key);
/// The member, or a null.
[[nodiscard]] const nlohmann::json& json_at(const nlohmann::json& value, std::string_view key);

}  // namespace pipectl::stages
