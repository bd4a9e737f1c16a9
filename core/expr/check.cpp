#include "core/expr/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/glob.hpp"
#include "core/base/text.hpp"
#include "core/expr/compare.hpp"

namespace pipectl::expr {
namespace {

std::string dotted(const std::vector<std::string>& path) { return printable(join(path, ".")); }

std::string one_of(const std::vector<std::string>& values) {
  std::string list;
  for (const auto& value : values)
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", printable(value));
  return list;
}

/// Of a word that is no name, nor like one.
std::string hint_for_word(const std::string& word) {
  if (find_function(word) != nullptr) return fmt::format("call it: {}()", word);
  return fmt::format("a text stands in quotes: '{}'", printable(word));
}

class Checker {
 public:
  Checker(const Ast& ast, CheckContext& context) : ast_(ast), context_(context) {}

  Origin node(const AstNode& node) {
    switch (node.op) {
      case Op::literal:
        return Origin::file;
      case Op::path:
        return path(node);
      case Op::call:
        return call(node);
      case Op::equal:
      case Op::not_equal:
        comparison(node);
        return children(node);
      default:
        return children(node);
    }
  }

 private:
  Origin children(const AstNode& parent) {
    Origin origin = Origin::file;
    for (const auto child : parent.children)
      if (node(ast_.nodes[child]) == Origin::outside) origin = Origin::outside;
    return origin;
  }

  Span place(Extent extent) const {
    return context_.place.at(ast_.base + extent.offset, extent.length);
  }

  Origin path(const AstNode& name) {
    const auto known = context_.names.look_up(name.path);
    if (!known.exists) {
      unknown(name, known);
      return Origin::file;  // one error is enough
    }
    if (known.origin == Origin::outside)
      from_outside(name.extent, dotted(name.path), known.variable);
    return known.origin;
  }

  /// A name beside a text that it can never be.
  void comparison(const AstNode& both) {
    const AstNode& left = ast_.nodes[both.children[0]];
    const AstNode& right = ast_.nodes[both.children[1]];
    if (left.op == Op::path && right.op == Op::literal) possible(left, right);
    if (right.op == Op::path && left.op == Op::literal) possible(right, left);
  }

  void possible(const AstNode& name, const AstNode& literal) {
    const auto known = context_.names.look_up(name.path);
    const auto* const text = std::get_if<std::string>(&literal.literal);
    if (text == nullptr || !known.exists || known.candidates.empty()) return;
    if (std::ranges::find(known.candidates, *text) != known.candidates.end()) return;
    const std::vector<std::string_view> candidates(known.candidates.begin(),
                                                   known.candidates.end());
    std::string hint = suggestion(*text, candidates);
    if (hint.empty()) hint = fmt::format("it can be {}", one_of(known.candidates));
    context_.diagnostics.error(
        place(literal.extent),
        fmt::format("`{}` is never '{}'", dotted(name.path), printable(*text)), std::move(hint));
  }

  void unknown(const AstNode& name, const Names::Known& known) {
    const std::vector<std::string_view> candidates(known.candidates.begin(),
                                                   known.candidates.end());
    const bool part_known = known.part && *known.part < name.path.size();
    const Extent extent = part_known ? name.parts[*known.part] : name.extent;
    std::string hint = known.hint;
    if (hint.empty()) hint = suggestion(dotted(name.path), candidates);
    if (part_known && known.hint.empty()) hint = suggestion(name.path[*known.part], candidates);
    for (std::size_t i = name.path.size(); hint.empty() && !part_known && i-- > 0;)
      hint = suggestion(name.path[i], candidates);
    if (hint.empty() && name.path.size() == 1 && known.part.value_or(0) == 0)
      hint = hint_for_word(name.path[0]);
    context_.diagnostics.error(place(extent), fmt::format("unknown name '{}'", dotted(name.path)),
                               std::move(hint));
  }

  Origin call(const AstNode& call) {
    if (call.function == nullptr) {
      unknown_function(call);
    } else if (call.children.size() < call.function->least ||
               call.children.size() > call.function->most) {
      context_.diagnostics.error(place(call.extent), argument_count(call),
                                 fmt::format("it is {}", call.function->signature));
    } else if (call.function->id == FunctionId::changed) {
      for (const auto child : call.children) pattern(ast_.nodes[child]);
    }
    const Origin arguments = children(call);
    if (call.function == nullptr || call.function->origin == Origin::file) return arguments;
    from_outside(call.extent, std::string(call.function->name) + "()", {});
    return Origin::outside;
  }

  /// Also of a call that the evaluation may never come to.
  void pattern(const AstNode& argument) {
    const auto* const text = std::get_if<std::string>(&argument.literal);
    if (argument.op != Op::literal || text == nullptr) return;
    if (const auto problem = glob_problem(*text))
      context_.diagnostics.error(place(argument.extent), problem->message, problem->hint);
  }

  void unknown_function(const AstNode& call) {
    std::vector<std::string_view> names;
    std::vector<std::string> all;
    for (const auto& function : describe_function_table()) {
      names.push_back(function.name);
      all.push_back(fmt::format("{}()", function.name));
    }
    std::string hint = suggestion(call.path[0], names);
    if (hint.empty()) hint = fmt::format("there are {}", join(all, ", "));
    context_.diagnostics.error(place(call.parts[0]),
                               fmt::format("unknown function '{}'", call.path[0]), std::move(hint));
  }

  static std::string argument_count(const AstNode& call) {
    const Function& function = *call.function;
    const std::size_t wanted =
        call.children.size() < function.least ? function.least : function.most;
    const std::string_view bound = function.least == function.most
                                       ? ""
                                       : (wanted == function.least ? "at least " : "at most ");
    return fmt::format("{}() takes {}{} argument{}, this has {}", function.name, bound,
                       wanted == 0 ? "no" : std::to_string(wanted), wanted == 1 ? "" : "s",
                       call.children.size());
  }

  void from_outside(Extent extent, const std::string& what, const std::string& variable) {
    if (context_.outside == Outside::allowed) return;
    context_.diagnostics.error(
        place(extent),
        fmt::format("`{}` comes from outside and may not be put into a command text", what),
        variable.empty() ? "give it to the stage with `env:` and use that variable"
                         : fmt::format("use \"${}\"", variable));
  }

  const Ast& ast_;
  CheckContext& context_;
};

}  // namespace

Origin check(const Ast& ast, CheckContext& context) {
  return Checker(ast, context).node(ast.root());
}

}  // namespace pipectl::expr
