#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/stage_kind.hpp"

namespace pipectl::docker {

// Reading the keys of a mapping that hold `${{ }}`: parsed, checked, and reported where wrong.

using NamedTemplates = std::vector<std::pair<std::string, expr::Template>>;

[[nodiscard]] expr::Template read_text(std::string_view key, yaml::Reader& reader,
                                       const ParseContext& context);
[[nodiscard]] std::vector<expr::Template> read_texts(std::string_view key, yaml::Reader& reader,
                                                     const ParseContext& context);
[[nodiscard]] NamedTemplates read_map(std::string_view key, yaml::Reader& reader,
                                      const ParseContext& context);
/// Names of secrets that the stage has been granted; another one is an error.
[[nodiscard]] std::vector<std::string> read_granted(std::string_view key, yaml::Reader& reader,
                                                    const ParseContext& context);
/// `linux/amd64`, `linux/arm/v7`.
[[nodiscard]] std::vector<std::string> read_platforms(yaml::Reader& reader);

/// For people: as evaluated, or as written where a value is not known yet.
[[nodiscard]] std::string shown(const expr::Template& text, const expr::Scope& scope);

[[nodiscard]] Result<std::vector<std::string>> evaluate_all(
    const std::vector<expr::Template>& texts, const expr::Scope& scope);
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> evaluate_all(
    const NamedTemplates& texts, const expr::Scope& scope);

}  // namespace pipectl::docker
