#include "core/expr/expression.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/expr/ast.hpp"
#include "core/expr/check.hpp"
#include "core/expr/evaluate.hpp"
#include "core/expr/parser.hpp"

namespace pipectl::expr {
namespace {

/// The text without white space around it, and without the braces when one pair of them is around
/// the whole.
std::string_view inner_text(std::string_view text) {
  const auto inner = trim(text);
  if (!inner.starts_with("${{") || !inner.ends_with("}}") || inner.size() < 5) return inner;
  const auto between = inner.substr(3, inner.size() - 5);
  return between.find("${{") == std::string_view::npos ? trim(between) : inner;
}

}  // namespace

Expression::Expression(std::shared_ptr<const Ast> ast) : ast_(std::move(ast)) {}

std::optional<Expression> Expression::parse(std::string_view text, Span where,
                                            Diagnostics& diagnostics) {
  const auto inner = inner_text(text);
  const auto base = static_cast<std::size_t>(inner.data() - text.data());
  auto ast = parse_expression(inner);
  if (!ast) {
    const auto& error = ast.error();
    diagnostics.error(Place(where, text).at(base + error.extent.offset, error.extent.length),
                      error.message, error.hint);
    return std::nullopt;
  }
  ast->where = where;
  ast->base = base;
  if (base > 0) ast->scalar = text;
  return Expression(std::make_shared<const Ast>(std::move(*ast)));
}

Origin Expression::check(const Names& names, Diagnostics& diagnostics) const {
  Place place(ast_->where, ast_->scalar.empty() ? ast_->text : ast_->scalar);
  CheckContext context{names, diagnostics, place};
  return expr::check(*ast_, context);
}

Result<Value> Expression::evaluate(const Scope& scope) const {
  return expr::evaluate(*ast_, scope);
}

bool Expression::calls(std::string_view function) const {
  return std::ranges::any_of(ast_->nodes, [function](const AstNode& node) {
    return node.op == Op::call && node.path.front() == function;
  });
}

std::vector<std::vector<std::string>> Expression::paths() const {
  std::vector<std::vector<std::string>> out;
  for (const auto& node : ast_->nodes)
    if (node.op == Op::path) out.push_back(node.path);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

const std::string& Expression::text() const noexcept { return ast_->text; }

Span Expression::where() const noexcept { return ast_->where; }

}  // namespace pipectl::expr
