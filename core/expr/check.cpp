#include "core/expr/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::expr {
namespace {

std::string dotted(const std::vector<std::string>& path) { return printable(join(path, ".")); }

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
    }
    const Origin arguments = children(call);
    if (call.function == nullptr || call.function->origin == Origin::file) return arguments;
    from_outside(call.extent, std::string(call.function->name) + "()", {});
    return Origin::outside;
  }

  void unknown_function(const AstNode& call) {
    std::vector<std::string_view> names;
    for (const auto& function : describe_function_table()) names.push_back(function.name);
    context_.diagnostics.error(place(call.parts[0]),
                               fmt::format("unknown function '{}'", call.path[0]),
                               suggestion(call.path[0], names));
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
