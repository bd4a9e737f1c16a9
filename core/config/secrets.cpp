#include <fmt/format.h>

#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"
#include "core/config/sections.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

std::vector<std::string_view> provider_names(const Registry& registry) {
  std::vector<std::string_view> names;
  for (const auto& provider : registry.secret_providers()) names.push_back(provider->name());
  return names;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto name : names) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", name);
  return text;
}

/// The one provider that a declaration names.
void read_provider(yaml::Reader& reader, const std::filesystem::path& folder, SecretDecl& secret,
                   const Context& context) {
  const SecretProvider* chosen = nullptr;
  for (const auto& provider : context.registry.secret_providers()) {
    const auto value = reader.node(provider->name());
    if (!value) continue;
    if (chosen != nullptr) {
      context.diagnostics.error(value->span(),
                                fmt::format("secret '{}' has two sources, `{}` and "
                                            "`{}`",
                                            secret.name, chosen->name(), provider->name()));
      continue;
    }
    chosen = provider.get();
    secret.provider = provider->name();
    secret.arguments = provider->parse(*value, folder, context.diagnostics);
  }
  if (chosen == nullptr && reader.self().kind() != yaml::Kind::sequence)
    context.diagnostics.error(secret.where, fmt::format("secret '{}' has no source", secret.name),
                              "give it one of " + listed(provider_names(context.registry)));
}

}  // namespace

void read_secrets(yaml::Node mapping, const std::filesystem::path& folder, Pipeline& pipeline,
                  const Context& context) {
  const yaml::Reader whole(mapping, "'secrets'", context.diagnostics);
  for (const auto& [key, value] : mapping.entries()) {
    if (key.text().starts_with("PIPECTL_"))
      context.diagnostics.error(
          key.span(), fmt::format("'{}' is reserved: pipectl sets PIPECTL_* itself", key.text()));
    else if (!is_env_name(key.text()))
      context.diagnostics.error(
          key.span(), fmt::format("'{}' is no name for a secret", key.text()),
          "a stage gets it as an environment variable: use letters, digits and '_'");
    SecretDecl secret;
    secret.name = key.text();
    secret.where = key.span();
    if (value.kind() == yaml::Kind::scalar) {
      context.diagnostics.error(
          value.span(), fmt::format("secret '{}' must be a mapping, not text", key.text()),
          fmt::format("a value never stands in the file; say where it comes from: {{env: {}}}",
                      key.text()));
      continue;
    }
    const yaml::Node declaration = value;
    yaml::Reader reader(declaration, fmt::format("secret '{}'", key.text()), context.diagnostics);
    secret.optional = reader.boolean("optional").value_or(false);
    read_provider(reader, folder, secret, context);
    reader.finish();
    pipeline.secrets.push_back(std::move(secret));
  }
}

}  // namespace pipectl::config
