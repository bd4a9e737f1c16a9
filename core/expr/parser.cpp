#include "core/expr/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/result.hpp"
#include "core/base/text.hpp"
#include "core/expr/lexer.hpp"

namespace pipectl::expr {
namespace {

using NodeIndex = std::uint32_t;
template <class T>
using Parsed = tl::expected<T, SyntaxError>;

struct Binary {
  TokenKind token;
  Op op;
};

constexpr std::array equalities{Binary{TokenKind::equal, Op::equal},
                                Binary{TokenKind::not_equal, Op::not_equal}};
constexpr std::array orders{
    Binary{TokenKind::less, Op::less}, Binary{TokenKind::less_equal, Op::less_equal},
    Binary{TokenKind::greater, Op::greater}, Binary{TokenKind::greater_equal, Op::greater_equal}};

Extent extent_of(const Token& token) {
  return {static_cast<std::uint32_t>(token.offset), static_cast<std::uint32_t>(token.length)};
}

/// From the beginning of one to the end of the other.
Extent spanning(Extent first, Extent last) {
  return {first.offset, last.offset + last.length - first.offset};
}

std::string hint_for_operator(std::string_view word) {
  if (word == "and") return "write '&&'";
  if (word == "or") return "write '||'";
  if (word == "not") return "write '!'";
  if (word == "eq" || word == "is") return "write '=='";
  return {};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text), now_(lexer_.next()) {
    ast_.nodes.reserve(8);  // what most conditions need
  }

  Parsed<Ast> parse() {
    if (now_.kind == TokenKind::end)
      return wrong({0, 1}, "the expression is empty", "write a condition, e.g. branch == 'main'");
    TRY(parse_or());
    if (now_.kind != TokenKind::end) return left_over();
    ast_.text = text_;
    return std::move(ast_);
  }

 private:
  /// Counts how deep brackets and `!` are nested, for as long as it lives.
  class Level {
   public:
    explicit Level(unsigned& depth) : depth_(++depth) {}
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    unsigned& depth_;
  };

  static tl::unexpected<SyntaxError> wrong(Extent extent, std::string message,
                                           std::string hint = {}) {
    return tl::unexpected(SyntaxError{extent, std::move(message), std::move(hint)});
  }

  tl::unexpected<SyntaxError> unexpected(std::string_view wanted) const {
    if (now_.kind == TokenKind::error) return wrong(extent_of(now_), now_.value, now_.hint);
    if (now_.kind == TokenKind::end)
      return wrong({static_cast<std::uint32_t>(text_.size()), 1},
                   fmt::format("the expression ends too early, {} is missing", wanted));
    const auto word = text_.substr(now_.offset, now_.length);
    return wrong(extent_of(now_),
                 fmt::format("'{}' where {} was expected", printable(word), wanted),
                 hint_for_operator(word));
  }

  /// Something stands behind a whole expression; a `not` in it, read as a name, is to blame.
  tl::unexpected<SyntaxError> left_over() const {
    const std::vector<std::string> name{"not"};
    const auto word = std::ranges::find(ast_.nodes, name, &AstNode::path);
    if (word == ast_.nodes.end() || word->op != Op::path)
      return unexpected("the end of the expression");
    return wrong(word->extent, "'not' means nothing here", hint_for_operator("not"));
  }

  Token take() { return std::exchange(now_, lexer_.next()); }

  Parsed<Token> expect(TokenKind kind, std::string_view wanted) {
    if (now_.kind != kind) return unexpected(wanted);
    return take();
  }

  Parsed<NodeIndex> add(AstNode node) {
    for (const auto child : node.children)
      node.depth = std::max<std::uint16_t>(node.depth, ast_.nodes[child].depth + 1U);
    if (node.depth > max_depth) return too_deep(node.extent);
    ast_.nodes.push_back(std::move(node));
    return static_cast<NodeIndex>(ast_.nodes.size() - 1);
  }

  static tl::unexpected<SyntaxError> too_deep(Extent extent) {
    return wrong(extent, fmt::format("the expression is nested deeper than {}", max_depth),
                 "split it into several stages or values");
  }

  Parsed<NodeIndex> add_operation(Op op, std::vector<NodeIndex> children) {
    AstNode node;
    node.op = op;
    node.extent = spanning(ast_.nodes[children.front()].extent, ast_.nodes[children.back()].extent);
    node.children = std::move(children);
    return add(std::move(node));
  }

  Parsed<NodeIndex> parse_or() { return parse_chain(TokenKind::or_, Op::or_, &Parser::parse_and); }
  Parsed<NodeIndex> parse_and() {
    return parse_chain(TokenKind::and_, Op::and_, &Parser::parse_equality);
  }
  Parsed<NodeIndex> parse_equality() { return parse_binary(equalities, &Parser::parse_order); }
  Parsed<NodeIndex> parse_order() { return parse_binary(orders, &Parser::parse_unary); }

  using Rule = Parsed<NodeIndex> (Parser::*)();

  Parsed<NodeIndex> parse_chain(TokenKind sign, Op op, Rule operand) {
    const NodeIndex first = TRY((this->*operand)());
    if (now_.kind != sign) return first;
    std::vector<NodeIndex> operands{first};
    while (now_.kind == sign) {
      take();
      operands.push_back(TRY((this->*operand)()));
    }
    return add_operation(op, std::move(operands));
  }

  template <class Operators>
  Parsed<NodeIndex> parse_binary(const Operators& operators, Rule operand) {
    NodeIndex left = TRY((this->*operand)());
    while (true) {
      const auto* const hit = std::ranges::find(operators, now_.kind, &Binary::token);
      if (hit == operators.end()) return left;
      take();
      const NodeIndex right = TRY((this->*operand)());
      left = TRY(add_operation(hit->op, {left, right}));
    }
  }

  Parsed<NodeIndex> parse_unary() {
    const Level level(nesting_);
    if (nesting_ > max_depth) return too_deep(extent_of(now_));
    if (now_.kind != TokenKind::not_) return parse_primary();
    const Token sign = take();
    AstNode node;
    node.op = Op::not_;
    node.children = {TRY(parse_unary())};
    node.extent = spanning(extent_of(sign), ast_.nodes[node.children[0]].extent);
    return add(std::move(node));
  }

  Parsed<NodeIndex> parse_primary() {
    switch (now_.kind) {
      case TokenKind::text:
        return parse_text();
      case TokenKind::number:
        return parse_number_token();
      case TokenKind::name:
        return parse_name();
      case TokenKind::open:
        return parse_brackets();
      default:
        return unexpected("a value");
    }
  }

  Parsed<NodeIndex> add_literal(const Token& token, Value value) {
    AstNode node;
    node.extent = extent_of(token);
    node.literal = std::move(value);
    return add(std::move(node));
  }

  Parsed<NodeIndex> parse_text() {
    Token token = take();
    return add_literal(token, std::move(token.value));
  }

  Parsed<NodeIndex> parse_number_token() {
    const Token token = take();
    return add_literal(token, token.number);
  }

  Parsed<NodeIndex> parse_brackets() {
    take();
    const NodeIndex inner = TRY(parse_or());
    TRY(expect(TokenKind::close, "')'"));
    return inner;
  }

  Parsed<NodeIndex> parse_name() {
    Token token = take();
    if (now_.kind == TokenKind::open) return parse_call(token);
    const bool alone = now_.kind != TokenKind::dot && now_.kind != TokenKind::open_index;
    if (alone && token.value == "true") return add_literal(token, true);
    if (alone && token.value == "false") return add_literal(token, false);
    if (alone && token.value == "null") return add_literal(token, {});
    return parse_path(std::move(token));
  }

  Parsed<NodeIndex> parse_call(const Token& name) {
    AstNode node;
    node.op = Op::call;
    node.path = {name.value};
    node.parts = {extent_of(name)};
    node.function = find_function(name.value);
    take();
    while (now_.kind != TokenKind::close) {
      node.children.push_back(TRY(parse_or()));
      if (now_.kind != TokenKind::comma) break;
      take();
      if (now_.kind == TokenKind::close) return unexpected("another argument");
    }
    const Token close = TRY(expect(TokenKind::close, "')'"));
    node.extent = spanning(extent_of(name), extent_of(close));
    return add(std::move(node));
  }

  Parsed<NodeIndex> parse_path(Token token) {
    AstNode node;
    node.op = Op::path;
    node.extent = extent_of(token);
    node.parts.push_back(extent_of(token));
    node.path.push_back(std::move(token.value));
    while (now_.kind == TokenKind::dot || now_.kind == TokenKind::open_index) {
      const bool index = take().kind == TokenKind::open_index;
      Token part = TRY(index ? expect(TokenKind::text, "a text in quotes")
                             : expect(TokenKind::name, "a name"));
      node.parts.push_back(extent_of(part));
      node.path.push_back(std::move(part.value));
      const auto end =
          index ? extent_of(TRY(expect(TokenKind::close_index, "']'"))) : node.parts.back();
      node.extent = spanning(node.extent, end);
    }
    return add(std::move(node));
  }

  std::string_view text_;
  Lexer lexer_;
  Token now_;
  unsigned nesting_{0};
  Ast ast_;
};

}  // namespace

tl::expected<Ast, SyntaxError> parse_expression(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace pipectl::expr
