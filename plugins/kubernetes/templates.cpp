#include "plugins/kubernetes/templates.hpp"

#include <algorithm>

namespace pipectl::plugins::kubernetes {

std::optional<expr::Template> parse_template(yaml::Node node, const ParseContext& context) {
  const auto text = yaml::read_string(node, "the value", context.diagnostics);
  if (!text) return std::nullopt;
  auto parsed = expr::Template::parse(*text, node.span(), context.diagnostics);
  if (parsed) parsed->check(context.names, context.diagnostics);
  return parsed;
}

expr::Template read_template(std::string_view key, yaml::Reader& reader,
                             const ParseContext& context) {
  const auto text = reader.string(key);
  if (!text) return {};
  auto parsed = expr::Template::parse(*text, reader.node(key)->span(), context.diagnostics);
  if (!parsed) return {};
  parsed->check(context.names, context.diagnostics);
  return std::move(*parsed);
}

std::string shown(const expr::Template& text, const expr::Scope& scope) {
  const auto paths = text.paths();
  const bool known = std::ranges::all_of(paths, [&](const auto& path) {
    return !std::holds_alternative<std::monostate>(scope.value(path));
  });
  return known ? text.evaluate(scope).value_or(text.text()) : text.text();
}

}  // namespace pipectl::plugins::kubernetes
