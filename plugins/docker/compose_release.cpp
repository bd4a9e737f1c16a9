#include "plugins/docker/compose_release.hpp"

#include <nlohmann/json.hpp>

namespace pipectl::docker {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_history = 5;

Json json_of(const ComposeRelease& release) {
  return {{"run", release.run},     {"commit", release.commit}, {"folder", release.folder},
          {"files", release.files}, {"env", release.env},       {"images", release.images},
          {"left", release.left}};
}

ComposeRelease release_of(const Json& json) {
  ComposeRelease release;
  json.at("run").get_to(release.run);
  json.at("commit").get_to(release.commit);
  json.at("folder").get_to(release.folder);
  json.at("files").get_to(release.files);
  json.at("env").get_to(release.env);
  json.at("images").get_to(release.images);
  release.left = json.value("left", false);
  return release;
}

}  // namespace

std::string ComposeRelease::name() const {
  constexpr std::size_t short_sha = 7;
  return commit.empty() ? run.substr(0, run.find('/')) : commit.substr(0, short_sha);
}

std::string to_label(const ComposeRecord& record) {
  Json json{{"v", 1}, {"history", Json::array()}};
  if (record.running) json["running"] = json_of(*record.running);
  for (const ComposeRelease& release : record.history)
    if (json["history"].size() < most_history) json["history"].push_back(json_of(release));
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Result<ComposeRecord> record_of_label(const std::string& text) try {
  const Json json = Json::parse(text);
  ComposeRecord record;
  if (json.contains("running")) record.running = release_of(json.at("running"));
  for (const Json& each : json.at("history")) record.history.push_back(release_of(each));
  return record;
} catch (const Json::exception& error) {
  return fail(Fault::infrastructure,
              std::string{"the record of the Compose project cannot be read: "} + error.what(),
              "remove the container that holds it: the next deploy makes a new one");
}

}  // namespace pipectl::docker
