#pragma once

#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "core/expr/ast.hpp"

namespace pipectl::expr {

/// What is wrong with the text of an expression, and where in it.
struct SyntaxError {
  Extent extent;
  std::string message;
  std::string hint;
};

/// Parses a whole expression:
///
///     or      = and { "||" and }
///     and     = equal { "&&" equal }
///     equal   = order { ("==" | "!=") order }
///     order   = unary { ("<" | "<=" | ">" | ">=") unary }
///     unary   = "!" unary | primary
///     primary = number | text | true | false | null | "(" or ")" | name "(" [ or { "," or } ] ")"
///             | name { "." name | "[" text "]" }
[[nodiscard]] tl::expected<Ast, SyntaxError> parse_expression(std::string_view text);

}  // namespace pipectl::expr
