#include "stages/checks/check_list.hpp"

#include <fmt/format.h>

#include "core/api/registry.hpp"
#include "core/base/text.hpp"
#include "core/config/not_built.hpp"

namespace pipectl::stages {
namespace {

std::vector<std::string> names_of(const Registry& registry) {
  std::vector<std::string> names;
  for (const auto& kind : registry.health_checks()) names.emplace_back(kind->name());
  return names;
}

bool names_unbuilt(yaml::Reader& reader) {
  for (const yaml::Node::Entry entry : reader.self().entries())
    if (config::report_not_built(config::Place::check, entry.key.text(), entry.key.span(),
                                 reader.diagnostics()))
      return true;
  return false;
}

/// A key that is nearly the name of a kind.
bool names_misspelt(yaml::Reader& reader, const ParseContext& context) {
  std::vector<std::string_view> kinds;
  for (const auto& kind : context.registry.health_checks()) kinds.push_back(kind->name());
  for (const yaml::Node::Entry entry : reader.self().entries()) {
    auto hint = suggestion(entry.key.text(), kinds);
    if (hint.empty()) continue;
    context.diagnostics.error(entry.key.span(),
                              fmt::format("unknown check '{}'", printable(entry.key.text())),
                              std::move(hint));
    return true;
  }
  return false;
}

/// The one kind that the mapping names, or null (reported).
const HealthCheckKind* kind_of(yaml::Reader& reader, const ParseContext& context) {
  const HealthCheckKind* found = nullptr;
  for (const auto& kind : context.registry.health_checks()) {
    if (!reader.self().find(kind->name())) continue;
    if (found != nullptr) {
      context.diagnostics.error(
          reader.self().span(),
          fmt::format("{} is both `{}` and `{}`", reader.what(), found->name(), kind->name()),
          "write two checks");
      return nullptr;
    }
    found = kind.get();
  }
  if (found == nullptr && !names_unbuilt(reader) && !names_misspelt(reader, context))
    context.diagnostics.error(reader.self().span(),
                              fmt::format("{} does not say what to check", reader.what()),
                              fmt::format("one of: {}", join(names_of(context.registry), ", ")));
  return found;
}

void read_patience(yaml::Reader& reader, PatientCheck& check) {
  check.within = reader.duration("within").value_or(check.within);
  check.interval = reader.duration("interval").value_or(check.interval);
  check.timeout = reader.duration("timeout").value_or(check.timeout);
  for (const auto& [key, value] :
       {std::pair{"interval", check.interval}, {"timeout", check.timeout}})
    if (value.count() == 0)
      reader.diagnostics().error(reader.node(key)->span(),
                                 fmt::format("`{}` must be more than nothing", key));
}

std::optional<PatientCheck> parse_check(yaml::Node node, std::string what,
                                        const ParseContext& context) {
  yaml::Reader reader{node, std::move(what), context.diagnostics};
  if (node.kind() != yaml::Kind::mapping) return std::nullopt;
  const HealthCheckKind* const kind = kind_of(reader, context);
  if (kind == nullptr) return std::nullopt;
  PatientCheck check;
  check.check = kind->parse(reader, context);
  read_patience(reader, check);
  reader.finish();
  if (check.check == nullptr) return std::nullopt;
  return check;
}

}  // namespace

std::optional<CheckList> parse_checks(yaml::Node list, const std::string& what,
                                      const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  if (list.kind() != yaml::Kind::sequence || list.size() == 0) {
    context.diagnostics.error(list.span(), fmt::format("{} must be a list of checks", what),
                              "`- {http: 'http://127.0.0.1:8080/health', within: 30s}`");
    return std::nullopt;
  }
  CheckList checks;
  std::size_t number = 0;
  for (const yaml::Node node : list.items())
    if (auto check = parse_check(node, fmt::format("check {} of {}", ++number, what), context))
      checks.push_back(std::move(*check));
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return checks;
}

void preview_checks(const CheckList& checks, const expr::Scope& scope,
                    std::vector<std::string>& lines) {
  for (const PatientCheck& check : checks)
    lines.push_back(fmt::format("health {} (within {})", check.check->describe(scope),
                                human_duration(check.within)));
}

}  // namespace pipectl::stages
