#include "core/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/dotenv.hpp"
#include "core/base/glob.hpp"
#include "core/base/text.hpp"
#include "core/config/keys.hpp"
#include "core/store/file_pattern.hpp"

namespace pipectl::config {
namespace {

constexpr std::size_t longest_name = 100;
constexpr std::string_view expression_mark = "${{";

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_name_part(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_name_part);
}

void check_variable(yaml::Node key, Diagnostics& diagnostics) {
  const auto name = key.text();
  if (!is_env_name(name))
    diagnostics.error(key.span(), fmt::format("'{}' is no name for an environment variable", name),
                      "use letters, digits and '_', and no digit first");
  else if (name.starts_with("PIPECTL_"))
    diagnostics.error(key.span(),
                      fmt::format("'{}' is reserved: pipectl sets PIPECTL_* itself", name));
}

RetryCause cause_of(std::string_view name) noexcept {
  if (name == "exit-code") return RetryCause::exit_code;
  return name == "timeout" ? RetryCause::timeout : RetryCause::infra;
}

}  // namespace

bool check_name(yaml::Node key, std::string_view what, Diagnostics& diagnostics) {
  if (!is_name(key.text())) {
    diagnostics.error(key.span(), fmt::format("'{}' is no name for {}", key.text(), what),
                      "begin with a letter; use letters, digits, '_' and '-'");
    return false;
  }
  if (key.text().size() <= longest_name) return true;
  diagnostics.error(
      key.span(), fmt::format("the name of {} may have {} characters at most", what, longest_name));
  return false;
}

bool check_literal(yaml::Node value, std::string_view key, Diagnostics& diagnostics) {
  if (value.text().find(expression_mark) == std::string_view::npos) return true;
  diagnostics.error(value.span(), fmt::format("'{}' cannot hold an expression", key),
                    "it must be known before anything runs");
  return false;
}

std::optional<expr::Template> read_template(yaml::Node value, std::string_view key,
                                            Diagnostics& diagnostics) {
  const auto text = yaml::read_string(value, key, diagnostics);
  if (!text) return std::nullopt;
  return expr::Template::parse(*text, value.span(), diagnostics);
}

std::vector<expr::Template> read_templates(yaml::Reader& reader, std::string_view key) {
  std::vector<expr::Template> result;
  for (const yaml::Node item : reader.strings(key))
    if (auto parsed = expr::Template::parse(item.text(), item.span(), reader.diagnostics()))
      result.push_back(std::move(*parsed));
  return result;
}

void check_glob(std::string_view pattern, Span where, Diagnostics& diagnostics) {
  if (auto problem = glob_problem(pattern))
    diagnostics.error(where, std::move(problem->message), std::move(problem->hint));
}

void check_file_pattern(std::string_view pattern, Span where, Diagnostics& diagnostics) {
  const auto parsed = store::FilePattern::parse(pattern);
  if (!parsed) return diagnostics.error(where, parsed.error().message, parsed.error().hint);
  check_glob(pattern, where, diagnostics);
}

void check_file_patterns(const std::vector<expr::Template>& patterns, Diagnostics& diagnostics) {
  for (const auto& pattern : patterns)
    if (pattern.is_literal()) check_file_pattern(pattern.text(), pattern.where(), diagnostics);
}

std::vector<std::string> read_literals(yaml::Reader& reader, std::string_view key,
                                       CheckText check) {
  std::vector<std::string> result;
  for (const yaml::Node item : reader.strings(key)) {
    if (!check_literal(item, key, reader.diagnostics())) continue;
    if (item.text().empty())
      reader.diagnostics().error(item.span(), fmt::format("an item of '{}' is empty", key));
    else
      result.emplace_back(item.text());
    if (!item.text().empty()) check(item.text(), item.span(), reader.diagnostics());
  }
  return result;
}

bool check_secret(yaml::Node name, const NameSet& secrets, Diagnostics& diagnostics) {
  if (secrets.has(name.text()) || name.kind() != yaml::Kind::scalar) return true;
  diagnostics.error(name.span(), fmt::format("unknown secret '{}'", name.text()),
                    secrets.all().empty() ? "declare it under `secrets` at the top of the file"
                                          : secrets.suggest(name.text()));
  return false;
}

std::vector<std::string> read_grants(yaml::Reader& reader, const NameSet& secrets) {
  std::vector<std::string> grants;
  NameSet taken;
  for (const yaml::Node name : reader.strings("secrets")) {
    if (check_secret(name, secrets, reader.diagnostics()) && !taken.has(name.text()))
      grants.emplace_back(name.text());
    taken.add(name.text());
  }
  return grants;
}

std::vector<EnvEntry> read_env(yaml::Node mapping, Diagnostics& diagnostics) {
  std::vector<EnvEntry> result;
  if (mapping.kind() != yaml::Kind::mapping) {
    diagnostics.error(mapping.span(),
                      fmt::format("'env' must be a mapping, not {}", describe(mapping.kind())),
                      "write NAME: value");
    return result;
  }
  result.reserve(mapping.size());
  for (const auto& [key, value] : mapping.entries()) {
    check_variable(key, diagnostics);
    if (value.kind() == yaml::Kind::null) {
      result.push_back({std::string(key.text()), expr::Template::literal({}, key.span())});
    } else if (auto parsed = read_template(value, key.text(), diagnostics)) {
      result.push_back({std::string(key.text()), std::move(*parsed)});
    }
  }
  return result;
}

Retry read_retry(yaml::Node value, Diagnostics& diagnostics) {
  constexpr yaml::Limits limits{0, 100};
  static constexpr std::array<std::string_view, 3> causes{"exit-code", "timeout", "infra"};
  Retry result;
  if (value.kind() == yaml::Kind::scalar) {
    const auto max = yaml::read_integer(value, "retry", limits, diagnostics);
    result.max = static_cast<unsigned>(max.value_or(0));
    return result;
  }
  yaml::Reader reader(value, "'retry'", diagnostics);
  reader.allow(key_names(Section::retry));
  result.max = static_cast<unsigned>(reader.integer("max", limits.min, limits.max).value_or(1));
  if (const auto backoff = reader.duration("backoff")) result.backoff = *backoff;
  if (const auto on = reader.node("on")) {
    result.on.clear();
    for (const yaml::Node item : yaml::read_strings(*on, "on", diagnostics))
      if (const auto cause = yaml::read_choice(item, "on", causes, diagnostics))
        result.on.push_back(cause_of(*cause));
  }
  reader.finish();
  return result;
}

}  // namespace pipectl::config
