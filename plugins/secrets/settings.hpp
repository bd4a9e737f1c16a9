#pragma once

#include <string>
#include <string_view>

#include "core/yaml/reader.hpp"

namespace pipectl::plugins {

/// A setting that becomes an argument of a program: a text that is not empty and that the program
/// cannot take for an option. Empty when absent or wrong (reported).
[[nodiscard]] std::string setting(yaml::Reader& reader, std::string_view key);
/// The same, absence reported.
[[nodiscard]] std::string needed_setting(yaml::Reader& reader, std::string_view key);
/// The rule for one text.
[[nodiscard]] bool is_argument(std::string_view text) noexcept;

/// Adds `--option=value` when there is a value.
void add_option(std::vector<std::string>& argv, std::string_view option, const std::string& value);

}  // namespace pipectl::plugins
