#include <fmt/format.h>

#include "core/config/keys.hpp"
#include "core/config/sections.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

constexpr long most_replicas = 10'000;

void add_value(yaml::Node key, yaml::Node value, EnvironmentSpec& environment,
               Diagnostics& diagnostics) {
  if (!check_name(key, "a value of an environment", diagnostics)) return;
  if (value.kind() == yaml::Kind::null) return;
  if (auto parsed = read_template(value, key.text(), diagnostics))
    environment.values.emplace(key.text(), std::move(*parsed));
}

/// `url`, `namespace`, `replicas` and whatever else the user wants to read as environment.NAME.
void read_values(yaml::Reader& reader, EnvironmentSpec& environment) {
  reader.integer("replicas", 0, most_replicas);
  for (const auto& [key, value] : reader.self().entries()) {
    const auto name = key.text();
    const bool has_meaning =
        name == "branches" || name == "approval" || name == "env" || name == "secrets";
    if (!has_meaning) add_value(key, value, environment, reader.diagnostics());
  }
}

EnvironmentSpec read_environment(yaml::Node key, yaml::Node value, const NameSet& secrets,
                                 const Context& context) {
  EnvironmentSpec environment;
  environment.name = key.text();
  environment.where = key.span();
  yaml::Reader reader(value, fmt::format("environment '{}'", key.text()), context.diagnostics);
  environment.branches = read_literals(reader, "branches", check_glob);
  environment.approval = reader.boolean("approval").value_or(false);
  if (const auto env = reader.node("env")) environment.env = read_env(*env, context.diagnostics);
  environment.secrets = read_grants(reader, secrets);
  read_values(reader, environment);
  return environment;
}

}  // namespace

void read_environments(yaml::Node mapping, const NameSet& secrets, Pipeline& pipeline,
                       const Context& context) {
  const yaml::Reader whole(mapping, "'environments'", context.diagnostics);
  for (const auto& [key, value] : mapping.entries()) {
    check_name(key, "an environment", context.diagnostics);
    pipeline.environments.push_back(read_environment(key, value, secrets, context));
  }
}

}  // namespace pipectl::config
