#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pipectl::store {

/// A list of names and values as one text: each ends with a NUL byte, which neither paths nor
/// environment values can hold. No value of outside needs to be escaped, whatever its bytes.
using NameValues = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::string encode(const NameValues& list);
/// Stops at what is cut.
[[nodiscard]] NameValues decode(std::string_view text);

}  // namespace pipectl::store
