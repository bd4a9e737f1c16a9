#include "core/expr/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>

#include "core/expr/compare.hpp"

namespace pipectl::expr {
namespace {

bool contains(const Value& where, const Value& what) {
  const std::string wanted = to_text(what);
  if (const auto* list = std::get_if<std::vector<std::string>>(&where))
    return std::ranges::find(*list, wanted) != list->end();
  return to_text(where).find(wanted) != std::string::npos;
}

bool compares(Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::equal:
      return equal(left, right);
    case Op::not_equal:
      return !equal(left, right);
    case Op::less:
      return std::is_lt(compare(left, right));
    case Op::less_equal:
      return std::is_lteq(compare(left, right));
    case Op::greater:
      return std::is_gt(compare(left, right));
    default:
      return std::is_gteq(compare(left, right));
  }
}

class Evaluation {
 public:
  Evaluation(const Ast& ast, const Scope& scope) : ast_(ast), scope_(scope) {}

  Result<Value> node(const AstNode& node) {
    switch (node.op) {
      case Op::literal:
        return node.literal;
      case Op::path:
        return scope_.value(node.path);
      case Op::call:
        return call(node);
      case Op::not_:
        return !truthy(TRY(child(node, 0)));
      case Op::and_:
      case Op::or_:
        return chain(node);
      default:
        return compares(node.op, TRY(child(node, 0)), TRY(child(node, 1)));
    }
  }

 private:
  Result<Value> child(const AstNode& parent, std::size_t index) {
    return node(ast_.nodes[parent.children[index]]);
  }

  /// The first operand that decides, or else the last; those behind it are not looked at.
  Result<Value> chain(const AstNode& chain) {
    Value value;
    for (std::size_t i = 0; i < chain.children.size(); ++i) {
      value = TRY(child(chain, i));
      if (truthy(value) == (chain.op == Op::or_)) break;
    }
    return value;
  }

  Result<Value> call(const AstNode& call) {
    const Function* function = call.function;
    if (function == nullptr || call.children.size() < function->least ||
        call.children.size() > function->most)
      return fail(Fault::bug, fmt::format("`{}` was never checked", ast_.text));
    std::vector<Value> arguments;
    for (std::size_t i = 0; i < call.children.size(); ++i) arguments.push_back(TRY(child(call, i)));
    return apply(function->id, arguments);
  }

  Value apply(FunctionId function, const std::vector<Value>& arguments) {
    switch (function) {
      case FunctionId::success:
        return scope_.success();
      case FunctionId::failure:
        return scope_.failure();
      case FunctionId::always:
        return true;
      case FunctionId::changed:
        return changed(arguments);
      case FunctionId::contains:
        return contains(arguments[0], arguments[1]);
      case FunctionId::starts_with:
        return to_text(arguments[0]).starts_with(to_text(arguments[1]));
      case FunctionId::has:
        return !to_text(arguments[0]).empty();
    }
    return {};
  }

  bool changed(const std::vector<Value>& arguments) {
    std::vector<std::string> patterns;
    for (const auto& argument : arguments) {
      const auto* list = std::get_if<std::vector<std::string>>(&argument);
      if (list != nullptr) patterns.insert(patterns.end(), list->begin(), list->end());
      if (list == nullptr) patterns.push_back(to_text(argument));
    }
    return scope_.changed(patterns);
  }

  const Ast& ast_;
  const Scope& scope_;
};

}  // namespace

Result<Value> evaluate(const Ast& ast, const Scope& scope) {
  return Evaluation(ast, scope).node(ast.root());
}

}  // namespace pipectl::expr
