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

/// `branch == 'main' && !failure()`, the text of a `when` or between `${{` and `}}`.
/// Immutable after parsing; copies share the tree.
///
/// - Literals: 'text' or "text" (the quote itself doubled or behind a backslash), numbers, true,
///   false, null.
/// - Names: `git.branch`, `matrix.node-version`, `stages['my-stage'].outputs.key`. A name that is
///   known but has no value now is null.
/// - Operators, the strongest first: `!`, `< <= > >=`, `== !=`, `&&`, `||`, and parentheses. `&&`
/// and
///   `||` give the operand that decides, so `event == 'push' && 'prod' || 'dev'` chooses a text.
/// - `==` compares as numbers when one side is a number and the other reads as one, else as texts,
///   letter by letter ('1.10' is not '1.1', null is ''). `<` and its like compare as numbers when
///   both sides read as numbers, else as texts.
/// - Functions: see describe_function_table() in core/expr/functions.hpp.
class Expression {
 public:
  /// Nothing on a syntax error, which is reported with its place inside `where`: the beginning of
  /// the scalar that holds the text. One pair of `${{ }}` around the whole is taken off.
  static std::optional<Expression> parse(std::string_view text, Span where,
                                         Diagnostics& diagnostics);

  /// Reports unknown names and functions and wrong argument counts; returns where the value comes
  /// from: `outside` as soon as one part does.
  Origin check(const Names& names, Diagnostics& diagnostics) const;
  /// Never fails on an expression that was checked without an error; an unknown function or a wrong
  /// number of arguments is Fault::bug.
  [[nodiscard]] Result<Value> evaluate(const Scope& scope) const;

  [[nodiscard]] bool calls(std::string_view function) const;
  /// Every path it reads, each once, e.g. to learn which stages' outputs it needs.
  [[nodiscard]] std::vector<std::vector<std::string>> paths() const;
  [[nodiscard]] const std::string& text() const noexcept;
  /// The scalar that holds it.
  [[nodiscard]] Span where() const noexcept;

 private:
  friend class Template;
  explicit Expression(std::shared_ptr<const Ast> ast);
  std::shared_ptr<const Ast> ast_;
};

}  // namespace pipectl::expr
