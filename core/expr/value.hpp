#pragma once

#include <string>
#include <variant>
#include <vector>

namespace pipectl::expr {

/// What an expression evaluates to. `monostate` is null: a name that is known but has no value now.
using Value = std::variant<std::monostate, bool, double, std::string, std::vector<std::string>>;

/// null, false, 0, "" and the empty list are false. The text "false" is true: it is text.
[[nodiscard]] bool truthy(const Value& value);
/// null is empty; whole numbers without a decimal point; a list joined by commas.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace pipectl::expr
