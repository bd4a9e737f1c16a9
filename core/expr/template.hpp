#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/expr/expression.hpp"

namespace pipectl::expr {

/// Text with `${{ … }}` parts: `app:${{ git.short_sha }}`. `$${{` stands for a literal `${{`.
class Template {
 public:
  Template() = default;  ///< empty text
  static std::optional<Template> parse(std::string_view text, Span where,
                                       Diagnostics& diagnostics);
  static Template literal(std::string text, Span where = {});

  [[nodiscard]] bool is_literal() const noexcept;
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
  std::string text_;
  Span where_;
  std::shared_ptr<const std::vector<std::variant<std::string, Expression>>> parts_;  ///< null: literal
};

}  // namespace pipectl::expr
