#include "core/expr/template.hpp"

#include "core/base/text.hpp"
#include "core/expr/ast.hpp"
#include "core/expr/check.hpp"
#include "core/expr/lexer.hpp"
#include "core/expr/parser.hpp"

namespace pipectl::expr {
namespace {

constexpr std::string_view opening = "${{";
constexpr std::string_view closing = "}}";

/// Looking for the end of an expression with an open quote may take the rest of the text: an end of
/// errors keeps a text full of them linear.
constexpr int max_errors = 20;

/// The index of the `}}` that ends the expression that begins at `begin`; one within quotes does
/// not count. npos when there is none.
std::size_t find_closing(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text.substr(i).starts_with(closing)) return i;
    if (text[i] != '\'' && text[i] != '"') continue;
    const auto end = end_of_quoted(text, i);
    // A quote that nobody closes is an error of the expression, not the reason to miss its end.
    if (end == std::string_view::npos) return text.find(closing, i);
    i = end - 1;
  }
  return std::string_view::npos;
}

/// Cuts a text into literal parts and expressions. Goes on after an error, so that all are found.
class Cutter {
 public:
  Cutter(std::string_view text, Span where, Diagnostics& diagnostics)
      : text_(text), where_(where), place_(where, text), diagnostics_(diagnostics) {}

  template <class TakeText, class TakeAst>
  bool cut(TakeText take_text, TakeAst take_ast) {
    std::string literal;
    while (true) {
      const auto begin = text_.find(opening, at_);
      literal += text_.substr(at_, begin - at_);
      if (begin == std::string_view::npos) break;
      if (begin > at_ && text_[begin - 1] == '$') {
        literal.back() = '$';
        literal += opening.substr(1);
        at_ = begin + opening.size();
        continue;
      }
      if (!literal.empty()) take_text(std::move(literal));
      literal.clear();
      if (!expression(begin, take_ast)) break;
    }
    if (!literal.empty()) take_text(std::move(literal));
    return errors_ == 0;
  }

 private:
  /// False when there is no use in going on.
  template <class TakeAst>
  bool expression(std::size_t begin, TakeAst take_ast) {
    const auto inner = begin + opening.size();
    const auto end = find_closing(text_, inner);
    if (end == std::string_view::npos) {
      report(begin, opening.size(), "'${{' without '}}'",
             "close it, or write '$${{' for the characters themselves");
      return false;
    }
    at_ = end + closing.size();
    const auto text = trim(text_.substr(inner, end - inner));
    const auto base = text.empty() ? inner : static_cast<std::size_t>(text.data() - text_.data());
    auto ast = parse_expression(text);
    if (!ast) {
      const auto& error = ast.error();
      report(base + error.extent.offset, error.extent.length, error.message, error.hint);
      return errors_ < max_errors;
    }
    ast->where = where_;
    ast->base = base;
    take_ast(std::move(*ast));
    return true;
  }

  void report(std::size_t offset, std::size_t length, std::string message, std::string hint) {
    diagnostics_.error(place_.at(offset, length), std::move(message), std::move(hint));
    ++errors_;
  }

  std::string_view text_;
  Span where_;
  Place place_;
  Diagnostics& diagnostics_;
  std::size_t at_{0};
  int errors_{0};
};

}  // namespace

std::optional<Template> Template::parse(std::string_view text, Span where,
                                        Diagnostics& diagnostics) {
  Template out = literal(std::string(text), where);
  if (text.find(opening) == std::string_view::npos) return out;
  auto parts = std::make_shared<Parts>();
  const bool good =
      Cutter(text, where, diagnostics)
          .cut([&](std::string literal) { parts->emplace_back(std::move(literal)); },
               [&](Ast ast) {
                 parts->emplace_back(Expression(std::make_shared<const Ast>(std::move(ast))));
               });
  if (!good) return std::nullopt;
  out.parts_ = std::move(parts);
  return out;
}

Template Template::literal(std::string text, Span where) {
  Template out;
  out.text_ = std::move(text);
  out.where_ = where;
  return out;
}

Origin Template::check_parts(const Names& names, Diagnostics& diagnostics, Outside outside) const {
  if (!parts_) return Origin::file;
  Place place(where_, text_);
  CheckContext context{names, diagnostics, place, outside};
  Origin origin = Origin::file;
  for (const auto& part : *parts_) {
    const auto* expression = std::get_if<Expression>(&part);
    if (expression == nullptr) continue;
    if (expr::check(*expression->ast_, context) == Origin::outside) origin = Origin::outside;
  }
  return origin;
}

Origin Template::check(const Names& names, Diagnostics& diagnostics) const {
  return check_parts(names, diagnostics, Outside::allowed);
}

void Template::check_shell(const Names& names, Diagnostics& diagnostics) const {
  check_parts(names, diagnostics, Outside::refused);
}

Result<std::string> Template::evaluate(const Scope& scope) const {
  if (!parts_) return text_;
  std::string out;
  for (const auto& part : *parts_) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      out += *text;
    } else {
      out += to_text(TRY(std::get<Expression>(part).evaluate(scope)));
    }
  }
  return out;
}

std::vector<std::vector<std::string>> Template::paths() const {
  std::vector<std::vector<std::string>> out;
  if (!parts_) return out;
  for (const auto& part : *parts_) {
    const auto* expression = std::get_if<Expression>(&part);
    if (expression == nullptr) continue;
    for (auto& path : expression->paths()) out.push_back(std::move(path));
  }
  return out;
}

}  // namespace pipectl::expr
