#pragma once

#include "core/base/result.hpp"
#include "core/expr/ast.hpp"
#include "core/expr/scope.hpp"

namespace pipectl::expr {

[[nodiscard]] Result<Value> evaluate(const Ast& ast, const Scope& scope);

}  // namespace pipectl::expr
