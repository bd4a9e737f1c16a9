#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/expr/expression.hpp"

namespace pipectl::expr {

enum class Outside;

/// Text with `${{ … }}` parts: `app:${{ git.short_sha }}`. `$${{` stands for a literal `${{`.
/// Immutable after parsing; copies share the parts.
class Template {
 public:
  Template() = default;  ///< empty text
  /// Nothing on a syntax error. All parts are looked at, up to 20 errors in one text.
  static std::optional<Template> parse(std::string_view text, Span where, Diagnostics& diagnostics);
  static Template literal(std::string text, Span where = {});

  /// No part has to be evaluated: its value is text().
  [[nodiscard]] bool is_literal() const noexcept { return parts_ == nullptr; }
  /// The text as written.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] Span where() const noexcept { return where_; }

  /// As Expression::check, over all parts.
  Origin check(const Names& names, Diagnostics& diagnostics) const;
  /// As check, but every part from outside is an error whose hint names the environment variable to
  /// use instead: for `run:`.
  void check_shell(const Names& names, Diagnostics& diagnostics) const;
  [[nodiscard]] Result<std::string> evaluate(const Scope& scope) const;
  [[nodiscard]] std::vector<std::vector<std::string>> paths() const;

 private:
  using Parts = std::vector<std::variant<std::string, Expression>>;
  Origin check_parts(const Names& names, Diagnostics& diagnostics, Outside outside) const;

  std::string text_;
  Span where_;
  std::shared_ptr<const Parts> parts_;  ///< null: literal
};

}  // namespace pipectl::expr
