#include "stages/checks/checks.hpp"

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
  return text.evaluate(scope).value_or(text.text());
}

}  // namespace pipectl::stages
