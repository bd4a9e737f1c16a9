#include "plugins/docker/service_state.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/docker/json_member.hpp"

namespace pipectl::docker {
namespace {

using Json = nlohmann::json;

/// `6379/tcp`; 0 for what is no tcp port.
unsigned port_of(std::string_view text) {
  unsigned port = 0;
  if (!text.ends_with("/tcp")) return 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

void read_ports(const Json& ports, ContainerState& state) {
  if (!ports.is_object()) return;
  for (const auto& [key, bindings] : ports.items()) {
    const unsigned port = port_of(key);
    if (port == 0) continue;
    state.ports.push_back(port);
    if (!bindings.is_array()) continue;
    for (const auto& binding : bindings) {
      const std::string host_port = text_of(member(binding, "HostPort"));
      if (!host_port.empty() && host_port != "0") state.published.emplace(port, host_port);
    }
  }
  std::ranges::sort(state.ports);
}

std::string last_probe(const Json& health) {
  const Json log = member(health, "Log");
  if (!log.is_array() || log.empty()) return {};
  return std::string(trim(text_of(member(log.back(), "Output"))));
}

ContainerState read_state(const Json& json) {
  ContainerState state;
  state.name = text_of(member(json, "Name"));
  if (state.name.starts_with('/')) state.name.erase(0, 1);
  state.service =
      text_of(member(member(member(json, "Config"), "Labels"), "com.docker.compose.service"));
  const Json now = member(json, "State");
  state.running = member(now, "Running").is_boolean() && member(now, "Running").get<bool>();
  if (member(now, "ExitCode").is_number_integer())
    state.exit_code = member(now, "ExitCode").get<int>();
  const Json health = member(now, "Health");
  state.health = text_of(member(health, "Status"));
  if (state.health == "none") state.health.clear();
  state.health_log = last_probe(health);
  const Json settings = member(json, "NetworkSettings");
  read_ports(member(settings, "Ports"), state);
  const Json networks = member(settings, "Networks");
  if (networks.is_object())
    for (const auto& network : networks)
      if (state.address.empty()) state.address = text_of(member(network, "IPAddress"));
  return state;
}

}  // namespace

Result<std::vector<ContainerState>> parse_states(const std::string& json) {
  const Json list = Json::parse(json, nullptr, false);
  if (!list.is_array())
    return fail(Fault::infrastructure, "docker inspect did not answer with a list");
  std::vector<ContainerState> states;
  for (const auto& one : list) states.push_back(read_state(one));
  return states;
}

Result<std::vector<ContainerState>> inspect(const Client& client,
                                            const std::vector<std::string>& names,
                                            const Call& call) {
  std::vector<std::string> arguments{"container", "inspect"};
  arguments.insert(arguments.end(), names.begin(), names.end());
  return parse_states(TRY(client.must(std::move(arguments), call)));
}

}  // namespace pipectl::docker
