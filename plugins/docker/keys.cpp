#include "plugins/docker/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::docker {
namespace {

std::optional<expr::Template> parse(yaml::Node value, const ParseContext& context) {
  auto text = expr::Template::parse(value.text(), value.span(), context.diagnostics);
  if (text) text->check(context.names, context.diagnostics);
  return text;
}

bool is_platform(std::string_view text) noexcept {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_';
  };
  const auto slashes = std::ranges::count(text, '/');
  return (slashes == 1 || slashes == 2) && std::ranges::all_of(text, is_part) &&
         !text.starts_with('/') && !text.ends_with('/');
}

}  // namespace

expr::Template read_text(std::string_view key, yaml::Reader& reader, const ParseContext& context) {
  if (!reader.string(key)) return {};
  return parse(*reader.node(key), context).value_or(expr::Template());
}

std::vector<expr::Template> read_texts(std::string_view key, yaml::Reader& reader,
                                       const ParseContext& context) {
  std::vector<expr::Template> texts;
  for (const yaml::Node item : reader.strings(key))
    if (auto text = parse(item, context)) texts.push_back(std::move(*text));
  return texts;
}

NamedTemplates read_map(std::string_view key, yaml::Reader& reader, const ParseContext& context) {
  NamedTemplates map;
  const auto node = reader.node(key);
  if (!node) return map;
  if (node->kind() != yaml::Kind::mapping)
    context.diagnostics.error(node->span(), fmt::format("`{}` must be a mapping", key),
                              "write NAME: value");
  for (const auto& [name, value] : node->entries()) {
    if (value.kind() != yaml::Kind::scalar) {
      context.diagnostics.error(value.span(),
                                fmt::format("a value in `{}` must be a text or a number", key));
    } else if (auto text = parse(value, context)) {
      map.emplace_back(std::string(name.text()), std::move(*text));
    }
  }
  return map;
}

std::vector<std::string> read_granted(std::string_view key, yaml::Reader& reader,
                                      const ParseContext& context) {
  std::vector<std::string> names;
  const auto& granted = context.stage.secrets;
  const std::vector<std::string_view> candidates{granted.begin(), granted.end()};
  for (const yaml::Node item : reader.strings(key)) {
    if (std::ranges::find(granted, item.text()) == granted.end()) {
      std::string hint = suggestion(item.text(), {candidates.begin(), candidates.end()});
      if (hint.empty()) hint = "grant it with `secrets` of the stage";
      context.diagnostics.error(
          item.span(), fmt::format("'{}' is no secret of this stage", printable(item.text())),
          std::move(hint));
    }
    names.emplace_back(item.text());
  }
  return names;
}

std::vector<std::string> read_platforms(yaml::Reader& reader) {
  std::vector<std::string> platforms;
  for (const yaml::Node item : reader.strings("platforms")) {
    if (!is_platform(item.text()))
      reader.diagnostics().error(item.span(),
                                 fmt::format("'{}' is no platform", printable(item.text())),
                                 "such as linux/amd64 or linux/arm64");
    platforms.emplace_back(item.text());
  }
  return platforms;
}

std::string shown(const expr::Template& text, const expr::Scope& scope) {
  const auto paths = text.paths();
  const bool known = std::ranges::all_of(paths, [&](const auto& path) {
    return !std::holds_alternative<std::monostate>(scope.value(path));
  });
  return known ? text.evaluate(scope).value_or(text.text()) : text.text();
}

Result<std::vector<std::string>> evaluate_all(const std::vector<expr::Template>& texts,
                                              const expr::Scope& scope) {
  std::vector<std::string> values;
  values.reserve(texts.size());
  for (const auto& text : texts) values.push_back(TRY(text.evaluate(scope)));
  return values;
}

Result<std::vector<std::pair<std::string, std::string>>> evaluate_all(const NamedTemplates& texts,
                                                                      const expr::Scope& scope) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [name, text] : texts) values.emplace_back(name, TRY(text.evaluate(scope)));
  return values;
}

}  // namespace pipectl::docker
