#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/stage_kind.hpp"

namespace pipectl::plugins::kubernetes {

/// One text of a list or mapping; nothing when it is none (reported).
[[nodiscard]] std::optional<expr::Template> parse_template(yaml::Node node,
                                                           const ParseContext& context);
/// A text with `${{ }}`, read and checked; empty when absent or wrong (reported).
[[nodiscard]] expr::Template read_template(std::string_view key, yaml::Reader& reader,
                                           const ParseContext& context);
/// For people: as evaluated, or as written where it reads a value that is not known yet.
[[nodiscard]] std::string shown(const expr::Template& text, const expr::Scope& scope);

}  // namespace pipectl::plugins::kubernetes
