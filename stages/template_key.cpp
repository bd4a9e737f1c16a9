#include "stages/template_key.hpp"

#include <algorithm>

namespace pipectl::stages {

std::optional<expr::Template> read_template(std::string_view key, yaml::Reader& reader,
                                            const ParseContext& context) {
  const auto text = reader.string(key);
  if (!text) return std::nullopt;
  auto parsed = expr::Template::parse(*text, reader.node(key)->span(), context.diagnostics);
  if (parsed) parsed->check(context.names, context.diagnostics);
  return parsed;
}

std::string shown(const expr::Template& text, const expr::Scope& scope) {
  const auto paths = text.paths();
  const bool known = std::all_of(paths.begin(), paths.end(), [&](const auto& path) {
    return !std::holds_alternative<std::monostate>(scope.value(path));
  });
  return known ? text.evaluate(scope).value_or(text.text()) : text.text();
}

}  // namespace pipectl::stages
