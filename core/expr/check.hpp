#pragma once

#include "core/expr/ast.hpp"
#include "core/expr/place.hpp"
#include "core/expr/scope.hpp"

namespace pipectl::expr {

/// Whether a value from outside is an error (`run:`) or only told by the result.
enum class Outside { allowed, refused };

struct CheckContext {
  const Names& names;
  Diagnostics& diagnostics;
  Place& place;  ///< of the scalar that holds the expression
  Outside outside{Outside::allowed};
};

Origin check(const Ast& ast, CheckContext& context);

}  // namespace pipectl::expr
