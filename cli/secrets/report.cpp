#include "cli/secrets/report.hpp"

#include <nlohmann/json.hpp>

#include "cli/history/history.hpp"
#include "cli/history/table.hpp"
#include "cli/ui/style.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using json = nlohmann::ordered_json;
using ui::Paint;

std::string dumped(const char* name, json items) {
  const json object{{"v", 1}, {name, std::move(items)}};
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

json json_of(const SecretEntry& entry) {
  return {{"name", entry.name},
          {"provider", entry.provider},
          {"source", entry.source},
          {"optional", entry.optional},
          {"granted_to", entry.users}};
}

std::string users_of(const SecretEntry& entry) {
  return entry.users.empty() ? "nobody" : join(entry.users, ", ");
}

Paint paint_of(const SecretCheck& check) {
  if (check.fails()) return Paint::red;
  switch (check.state) {
    case SecretState::found:
      return Paint::green;
    case SecretState::open:
    case SecretState::refused:
      return Paint::yellow;
    case SecretState::missing:
      break;
  }
  return Paint::dim;
}

std::string who(const store::SecretUse& use) {
  if (use.role == "stage") return use.user;
  return use.user.empty() ? use.role : use.role + " " + use.user;
}

}  // namespace

std::string provenance(const std::string& provider, const std::string& source) {
  return source.empty() ? provider : provider + " " + source;
}

std::string secrets_text(const std::vector<SecretEntry>& entries, const ui::Terminal& terminal) {
  Table table(terminal);
  for (const auto& entry : entries)
    table.add({{entry.name, Paint::bold},
               {provenance(entry.provider, entry.source)},
               {entry.optional ? "optional" : "", Paint::dim},
               {"for " + users_of(entry), Paint::dim}});
  return table.text();
}

std::string secrets_json(const std::vector<SecretEntry>& entries) {
  json items = json::array();
  for (const auto& entry : entries) items.push_back(json_of(entry));
  return dumped("secrets", std::move(items));
}

std::string checks_text(const std::vector<SecretCheck>& checks, const ui::Terminal& terminal) {
  Table table(terminal);
  for (const auto& check : checks) {
    const auto& entry = check.entry;
    table.add({{entry.name, Paint::bold},
               {std::string{to_string(check.state)}, paint_of(check)},
               {provenance(entry.provider, entry.source)},
               {"for " + users_of(entry), Paint::dim}});
    if (!check.detail.empty()) table.add({{"", Paint::none}, {""}, {check.detail}});
    if (!check.hint.empty()) table.add({{"", Paint::none}, {""}, {"hint: " + check.hint}});
  }
  return table.text();
}

std::string checks_json(const std::vector<SecretCheck>& checks) {
  json items = json::array();
  for (const auto& check : checks) {
    json item = json_of(check.entry);
    item["state"] = to_string(check.state);
    if (!check.detail.empty()) item["detail"] = check.detail;
    if (!check.hint.empty()) item["hint"] = check.hint;
    item["fails"] = check.fails();
    items.push_back(std::move(item));
  }
  return dumped("secrets", std::move(items));
}

std::string uses_text(const std::vector<store::SecretUse>& uses, const ui::Terminal& terminal) {
  Table table(terminal);
  for (const auto& use : uses)
    table.add({{local_time(use.at), Paint::dim},
               {use.run, Paint::dim},
               {who(use)},
               {use.secret, Paint::bold},
               {provenance(use.provider, use.source)}});
  return table.text();
}

std::string uses_json(const std::vector<store::SecretUse>& uses) {
  json items = json::array();
  for (const auto& use : uses)
    items.push_back({{"at", iso8601(use.at)},
                     {"run", use.run},
                     {"role", use.role},
                     {"user", use.user},
                     {"secret", use.secret},
                     {"provider", use.provider},
                     {"source", use.source}});
  return dumped("uses", std::move(items));
}

}  // namespace pipectl::cli
