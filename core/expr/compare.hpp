#pragma once

#include <compare>
#include <optional>
#include <string_view>

#include "core/expr/value.hpp"

namespace pipectl::expr {

/// A decimal number and nothing else: `18`, `-1.5`, `2e3`.
[[nodiscard]] std::optional<double> parse_number(std::string_view text) noexcept;

/// `==`. A number and what reads as one are equal as numbers (`matrix.node == 18`); anything else
/// is equal when its text is, letter by letter. So '1.10' is not '1.1', and null is ''.
[[nodiscard]] bool equal(const Value& left, const Value& right);

/// `<` and its like. As numbers when both read as numbers, else as texts, by bytes.
[[nodiscard]] std::partial_ordering compare(const Value& left, const Value& right);

}  // namespace pipectl::expr
