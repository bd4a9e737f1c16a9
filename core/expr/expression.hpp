#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/result.hpp"
#include "core/expr/scope.hpp"
#include "core/expr/value.hpp"

namespace pipectl::expr {

struct Ast;

/// `branch == 'main' && !failure()`, the text between `${{` and `}}` or of a `when`.
/// Immutable after parsing; copies share the tree.
class Expression {
 public:
  /// Nothing on a syntax error, which is reported with its place inside `where`.
  static std::optional<Expression> parse(std::string_view text, Span where,
                                         Diagnostics& diagnostics);

  /// Reports unknown names and functions and wrong argument counts; returns where the value comes
  /// from: `outside` as soon as one part does.
  Origin check(const Names& names, Diagnostics& diagnostics) const;
  [[nodiscard]] Result<Value> evaluate(const Scope& scope) const;

  [[nodiscard]] bool calls(std::string_view function) const;
  /// Every path it reads, e.g. to learn which stages' outputs it needs.
  [[nodiscard]] std::vector<std::vector<std::string>> paths() const;
  [[nodiscard]] const std::string& text() const noexcept;
  [[nodiscard]] Span where() const noexcept;

 private:
  explicit Expression(std::shared_ptr<const Ast> ast);
  std::shared_ptr<const Ast> ast_;
};

}  // namespace pipectl::expr
