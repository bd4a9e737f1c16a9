#include "stages/provision/terraform_outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

using json = nlohmann::ordered_json;

tl::unexpected<Error> not_understood(std::string_view what) {
  return fail(Fault::step, fmt::format("what terraform {} printed is not understood", what),
              "Terraform 1.4 or newer is wanted");
}

bool has(const json& actions, std::string_view action) {
  return std::ranges::any_of(actions, [&](const json& one) { return one == action; });
}

}  // namespace

/// https://developer.hashicorp.com/terraform/cli/commands/output
Result<TerraformOutputs> read_terraform_outputs(const std::string& text) {
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object()) return not_understood("output");
  TerraformOutputs outputs;
  json shown = json::object();
  for (const auto& [name, entry] : all.items()) {
    if (!entry.is_object() || !entry.contains("value")) return not_understood("output");
    if (entry.contains("sensitive") && entry["sensitive"] != false) {
      outputs.hidden.push_back(name);
      continue;
    }
    const json& value = entry["value"];
    outputs.values[name] = value.is_string() ? value.get<std::string>() : value.dump();
    shown[name] = entry;
  }
  outputs.json = shown.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
  return outputs;
}

/// https://developer.hashicorp.com/terraform/internals/json-format#change-representation
Result<PlannedChanges> read_terraform_plan(const std::string& text) {
  const json plan = json::parse(text, nullptr, false);
  if (!plan.is_object() || !plan.contains("format_version")) return not_understood("show");
  PlannedChanges changes;
  if (!plan.contains("resource_changes")) return changes;
  for (const json& resource : plan["resource_changes"]) {
    if (!resource.is_object() || !resource.contains("change")) return not_understood("show");
    const json& change = resource["change"];
    if (!change.contains("actions") || !change["actions"].is_array()) return not_understood("show");
    const json& actions = change["actions"];
    changes.add += has(actions, "create") ? 1 : 0;
    changes.change += has(actions, "update") ? 1 : 0;
    changes.destroy += has(actions, "delete") ? 1 : 0;
  }
  return changes;
}

std::string describe(const PlannedChanges& changes) {
  if (changes.none()) return "no changes";
  std::vector<std::string> parts;
  const auto put = [&parts](int count, std::string_view what) {
    if (count > 0) parts.push_back(fmt::format("{} to {}", count, what));
  };
  put(changes.add, "add");
  put(changes.change, "change");
  put(changes.destroy, "destroy");
  return join(parts, " · ");
}

std::string to_output_lines(const Outputs& values) {
  std::string lines;
  for (const auto& [name, value] : values) {
    if (value.find_first_of("\r\n") == std::string::npos && value.find("<<") == std::string::npos) {
      lines += fmt::format("{}={}\n", name, value);
      continue;
    }
    std::string end = "END";
    while (value.find(end) != std::string::npos) end += '_';
    lines += fmt::format("{}<<{}\n{}\n{}\n", name, end, value, end);
  }
  return lines;
}

}  // namespace pipectl::stages
