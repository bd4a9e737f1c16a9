#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/secret_provider.hpp"

namespace pipectl::plugins {

/// What providers share.

/// More than this is no secret of a pipeline.
constexpr std::size_t most_secret_bytes = std::size_t{1} << 20U;

/// A value without the line break that editors and commands put at its end.
[[nodiscard]] std::string without_line_break(std::string value);

/// The content of a file that may be absent or empty: both are nothing.
[[nodiscard]] Result<std::optional<std::string>> secret_in_file(
    const SecretProvider::Request& request, const std::filesystem::path& path);

/// `others may read X`, with the chmod to run, when the group or everybody may read this file.
[[nodiscard]] std::optional<Error> open_to_others(const std::filesystem::path& path);

/// The file that the variable of a `file_env` secret names; nothing when it is unset or empty.
[[nodiscard]] std::optional<std::filesystem::path> file_of(const SecretDecl& secret,
                                                           const EnvMap& host);

/// A failure of this secret's source: `secret 'KEY': WHY`.
[[nodiscard]] tl::unexpected<Error> source_failed(const SecretProvider::Request& request,
                                                  std::string_view why, std::string hint = {});

/// The text of a field in what a program printed as JSON: strings as they are, other values as
/// JSON. Nothing when an object on the way, or the field, is absent. What is no JSON object is an
/// error that shows none of it.
[[nodiscard]] Result<std::optional<std::string>> field_of(const SecretProvider::Request& request,
                                                          std::string_view text,
                                                          const std::vector<std::string>& path);

}  // namespace pipectl::plugins
