#include "plugins/docker/app_release.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/sha256.hpp"

namespace pipectl::docker {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_history = 5;

Json json_of(const AppHealth& health) {
  return {{"command", health.command},
          {"interval", health.interval.count()},
          {"timeout", health.timeout.count()},
          {"start_period", health.start_period.count()},
          {"retries", health.retries}};
}

AppHealth health_of(const Json& json) {
  AppHealth health;
  json.at("command").get_to(health.command);
  health.interval = Milliseconds{json.at("interval").get<long>()};
  health.timeout = Milliseconds{json.at("timeout").get<long>()};
  health.start_period = Milliseconds{json.at("start_period").get<long>()};
  json.at("retries").get_to(health.retries);
  return health;
}

Json json_of(const AppRelease& release) {
  return {{"run", release.run},
          {"set", release.set},
          {"image", release.image},
          {"image_id", release.image_id},
          {"digest", release.digest},
          {"command", release.command},
          {"replicas", release.replicas},
          {"port", release.port},
          {"network", release.network},
          {"env", release.env},
          {"secrets", release.secrets},
          {"volumes", release.volumes},
          {"cpus", release.cpus},
          {"memory", release.memory},
          {"health", json_of(release.health)},
          {"proxy_config", release.proxy_config},
          {"left", release.left}};
}

AppRelease release_of(const Json& json) {
  AppRelease release;
  json.at("run").get_to(release.run);
  json.at("set").get_to(release.set);
  json.at("image").get_to(release.image);
  json.at("image_id").get_to(release.image_id);
  json.at("digest").get_to(release.digest);
  json.at("command").get_to(release.command);
  json.at("replicas").get_to(release.replicas);
  json.at("port").get_to(release.port);
  json.at("network").get_to(release.network);
  json.at("env").get_to(release.env);
  json.at("secrets").get_to(release.secrets);
  json.at("volumes").get_to(release.volumes);
  json.at("cpus").get_to(release.cpus);
  json.at("memory").get_to(release.memory);
  json.at("proxy_config").get_to(release.proxy_config);
  release.left = json.value("left", false);
  release.health = health_of(json.at("health"));
  return release;
}

}  // namespace

std::string set_name(const std::string& run_id, const std::string& stage) {
  constexpr std::size_t few = 4;
  return fmt::format("{}-{}", run_id, sha256_hex(stage).substr(0, few));
}

std::string to_label(const AppRecord& record) {
  Json json{{"v", 1}, {"history", Json::array()}};
  if (record.running) json["running"] = json_of(*record.running);
  for (const AppRelease& release : record.history)
    if (json["history"].size() < most_history) json["history"].push_back(json_of(release));
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Result<AppRecord> app_record_of(const std::string& text) try {
  const Json json = Json::parse(text);
  AppRecord record;
  if (json.contains("running")) record.running = release_of(json.at("running"));
  for (const Json& each : json.at("history")) record.history.push_back(release_of(each));
  return record;
} catch (const Json::exception& error) {
  return fail(Fault::infrastructure,
              fmt::format("the record of the app cannot be read: {}", error.what()),
              "remove the container that holds it: the next deploy makes a new one");
}

}  // namespace pipectl::docker
