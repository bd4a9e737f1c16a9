#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/config/containers.hpp"
#include "core/config/keys.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

constexpr yaml::Limits ports{1, 65'535};

std::vector<unsigned> read_ports(yaml::Reader& reader) {
  std::vector<unsigned> result;
  for (const yaml::Node item : reader.strings("ports"))
    if (const auto port = yaml::read_integer(item, "ports", ports, reader.diagnostics()))
      result.push_back(static_cast<unsigned>(*port));
  return result;
}

unsigned read_port(std::string_view key, yaml::Reader& reader) {
  return static_cast<unsigned>(reader.integer(key, ports.min, ports.max).value_or(0));
}

void read_http(yaml::Reader& reader, const ServiceSpec& service, ServiceHealth& health) {
  const yaml::Node path = *reader.node("http");
  health.how = ServiceHealth::How::http;
  health.path = read_template(path, "http", reader.diagnostics()).value_or(expr::Template());
  health.port = read_port("port", reader);
  if (health.port == 0 && !service.ports.empty()) health.port = service.ports.front();
  if (health.path.is_literal() && !health.path.text().starts_with('/'))
    reader.diagnostics().error(path.span(), fmt::format("'{}' is no path", health.path.text()),
                               "`http: /health`; the port stands in `port`");
  if (health.port == 0 && !reader.node("port"))
    reader.diagnostics().error(path.span(), "`http` needs a port", "add `port`");
}

ServiceHealth read_health(yaml::Node mapping, const ServiceSpec& service,
                          Diagnostics& diagnostics) {
  ServiceHealth health;
  yaml::Reader reader(mapping, fmt::format("health of service '{}'", service.name), diagnostics);
  reader.allow(key_names(Section::service_health));
  int ways = 0;
  for (const auto* way : {"tcp", "http", "command"}) ways += reader.node(way) ? 1 : 0;
  if (ways > 1)
    diagnostics.error(mapping.span(), fmt::format("{} is checked in two ways", reader.what()),
                      "keep one of `tcp`, `http` and `command`");
  if (reader.node("tcp")) {
    health.how = ServiceHealth::How::tcp;
    health.port = read_port("tcp", reader);
  } else if (reader.node("http")) {
    read_http(reader, service, health);
  } else if (reader.node("command")) {
    health.how = ServiceHealth::How::command;
    health.command = read_templates(reader, "command");
  }
  if (health.how != ServiceHealth::How::http && reader.node("port"))
    diagnostics.error(reader.node("port")->span(), "`port` belongs to `http`");
  health.within = reader.duration("within").value_or(health.within);
  reader.finish();
  return health;
}

/// A Compose file says itself what its services are made of.
void read_compose(yaml::Reader& reader, ServiceSpec& service) {
  const yaml::Node file = *reader.node("compose");
  const auto path = reader.string("compose").value_or("");
  if (!check_literal(file, "compose", reader.diagnostics())) return;
  service.compose = path;
  const auto normal = std::filesystem::path(service.compose).lexically_normal();
  if (normal.empty() || normal.is_absolute() || *normal.begin() == "..")
    reader.diagnostics().error(file.span(), fmt::format("'{}' is no file of the workspace", path),
                               "the path is relative to the workspace's root");
  for (const auto* key : {"image", "command", "pull", "secrets", "ports"})
    if (const auto node = reader.node(key))
      reader.diagnostics().error(node->span(),
                                 fmt::format("`{}` and `compose` exclude each other", key),
                                 "write it into the Compose file");
}

void read_mapping(yaml::Reader& reader, const NameSet& secrets, ServiceSpec& service) {
  reader.allow(key_names(Section::service));
  service.ports = read_ports(reader);
  if (const auto env = reader.node("env")) service.env = read_env(*env, reader.diagnostics());
  if (reader.node("compose")) {
    read_compose(reader, service);
  } else if (const auto image = reader.node("image")) {
    service.image = read_image(*image, reader.diagnostics()).value_or(expr::Template());
    service.command = read_templates(reader, "command");
    service.pull = read_pull(reader);
    service.secrets = read_grants(reader, secrets);
  } else {
    reader.diagnostics().error(service.where, fmt::format("{} has no image", reader.what()),
                               "give it `image`, or `compose` with a Compose file");
  }
  if (const auto health = reader.node("health"))
    service.health = read_health(*health, service, reader.diagnostics());
  if (!service.compose.empty() && service.health.how != ServiceHealth::How::image)
    reader.diagnostics().error(reader.node("health")->span(),
                               "`health` of a Compose file can only say `within`",
                               "write a `healthcheck` into the Compose file");
  reader.finish();
}

void keep(ServiceSpec service, std::vector<ServiceSpec>& services) {
  const auto same = std::ranges::find(services, service.name, &ServiceSpec::name);
  if (same == services.end())
    services.push_back(std::move(service));
  else
    *same = std::move(service);
}

}  // namespace

void read_services(yaml::Reader& reader, const NameSet& secrets, StageSpec& spec) {
  const auto mapping = reader.node("services");
  if (!mapping) return;
  auto& diagnostics = reader.diagnostics();
  if (mapping->kind() != yaml::Kind::mapping) {
    diagnostics.error(mapping->span(), "'services' must be a mapping from names to services",
                      "redis: {image: 'redis:7', ports: [6379]}");
    return;
  }
  for (const auto& [key, value] : mapping->entries()) {
    if (!check_name(key, "a service", diagnostics)) continue;
    ServiceSpec service;
    service.name = key.text();
    service.where = key.span();
    if (value.kind() == yaml::Kind::scalar) {
      service.image = read_image(value, diagnostics).value_or(expr::Template());
    } else {
      yaml::Reader inner(value, fmt::format("service '{}'", service.name), diagnostics);
      read_mapping(inner, secrets, service);
    }
    keep(std::move(service), spec.services);
  }
  const auto is_compose = [](const ServiceSpec& service) { return !service.compose.empty(); };
  if (std::ranges::count_if(spec.services, is_compose) > 1)
    diagnostics.error(mapping->span(), "only one service can be a Compose file",
                      "bring the files together with `include` of Compose");
}

}  // namespace pipectl::config
