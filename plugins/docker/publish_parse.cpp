#include <fmt/format.h>

#include <algorithm>

#include "plugins/docker/names.hpp"
#include "plugins/docker/publish_spec.hpp"

namespace pipectl::docker {
namespace {

constexpr const char* docker_hub = "docker.io";

std::optional<Login> read_login(yaml::Node::Entry entry, const ParseContext& context) {
  yaml::Reader reader{entry.value, fmt::format("login of '{}'", entry.key.text()),
                      context.diagnostics};
  Login login;
  login.registry = entry.key.text();
  login.where = entry.key.span();
  login.username = read_text("username", reader, context);
  if (login.username.text().empty())
    context.diagnostics.error(login.where, fmt::format("{} has no `username`", reader.what()));
  const auto names = read_granted("password", reader, context);
  if (names.size() == 1)
    login.password = names.front();
  else
    context.diagnostics.error(login.where, fmt::format("{} has no `password`", reader.what()),
                              "the name of a secret that the stage has been granted");
  reader.finish();
  if (login.password.empty()) return std::nullopt;
  return login;
}

/// A login that nothing is pushed to is a mistake, mostly of spelling.
void check_logins(const PublishSpec& spec, Diagnostics& diagnostics) {
  const auto all_known =
      std::ranges::all_of(spec.to, [](const expr::Template& to) { return to.is_literal(); });
  if (!all_known) return;
  for (const Login& login : spec.logins) {
    const bool used = std::ranges::any_of(spec.to, [&](const expr::Template& to) {
      return registry_of(to.text()) == login.registry;
    });
    if (!used)
      diagnostics.error(login.where, fmt::format("nothing is published to '{}'", login.registry),
                        "`to` names the registries");
  }
}

void check_repositories(const PublishSpec& spec, Diagnostics& diagnostics) {
  for (const auto& to : spec.to) {
    const auto& text = to.text();
    if (!to.is_literal()) continue;
    const auto slash = text.rfind('/');
    const auto colon = text.find(':', slash == std::string::npos ? 0 : slash);
    if (!is_image_name(text) || text.find('@') != std::string::npos)
      diagnostics.error(to.where(), fmt::format("'{}' is no repository", text),
                        "such as docker.io/team/app");
    else if (colon != std::string::npos)
      diagnostics.error(to.where(), fmt::format("'{}' has a tag", text), "tags stand in `tags`");
  }
}

}  // namespace

const char* const publish_schema =
    R"({"type":"object","additionalProperties":false,"required":["image","to"],"properties":{)"
    R"("image":{"type":"string"},"to":{"$ref":"#/$defs/texts"},"tags":{"$ref":"#/$defs/texts"},)"
    R"("platforms":{"$ref":"#/$defs/texts"},"login":{"type":"object","additionalProperties":)"
    R"({"type":"object","additionalProperties":false,"required":["username","password"],)"
    R"("properties":{"username":{"type":"string"},"password":{"$ref":"#/$defs/name"}}}}}})";

std::vector<Login> read_logins(yaml::Reader& reader, const ParseContext& context) {
  std::vector<Login> logins;
  const auto mapping = reader.node("login");
  if (!mapping) return logins;
  if (mapping->kind() != yaml::Kind::mapping)
    context.diagnostics.error(mapping->span(),
                              "`login` must be a mapping from registries to logins",
                              "ghcr.io: {username: bot, password: GHCR_TOKEN}");
  for (const auto& entry : mapping->entries())
    if (auto login = read_login(entry, context)) logins.push_back(*std::move(login));
  return logins;
}

std::string registry_of(const std::string& repository) {
  const std::size_t slash = repository.find('/');
  if (slash == std::string::npos) return docker_hub;
  const std::string first = repository.substr(0, slash);
  const bool is_host = first.find_first_of(".:") != std::string::npos || first == "localhost";
  return is_host ? first : docker_hub;
}

bool is_loopback(const std::string& registry) {
  const std::string host = registry.substr(0, registry.find(':'));
  return host == "localhost" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

std::optional<PublishSpec> parse_publish(yaml::Node mapping, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  yaml::Reader reader{mapping, fmt::format("`docker` of stage '{}'", context.stage.name),
                      context.diagnostics};
  PublishSpec spec;
  spec.image = read_text("image", reader, context);
  spec.to = read_texts("to", reader, context);
  spec.tags = read_texts("tags", reader, context);
  spec.platforms = read_platforms(reader);
  spec.logins = read_logins(reader, context);
  if (spec.image.text().empty() && !reader.node("image"))
    context.diagnostics.error(mapping.span(), "`docker` does not say which `image` to publish");
  if (spec.to.empty() && !reader.node("to"))
    context.diagnostics.error(mapping.span(), "`docker` does not say where `to` publish",
                              "to: [docker.io/team/app]");
  check_repositories(spec, context.diagnostics);
  check_logins(spec, context.diagnostics);
  reader.finish();
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  if (spec.tags.empty()) spec.tags.push_back(expr::Template::literal("latest"));
  return spec;
}

}  // namespace pipectl::docker
