#include "plugins/kubernetes/record.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

constexpr std::size_t most_history = 5;
constexpr std::size_t most_bytes = 900'000;

json to_json(const Release& release) {
  return {{"image", release.image},       {"commit", release.commit},
          {"run", release.run},           {"time", release.time},
          {"set", release.set},           {"objects", release.objects},
          {"replicas", release.replicas}, {"selectors", release.selectors},
          {"left", release.left}};
}

Release release_from(const json& value) {
  Release release;
  release.image = value.value("image", "");
  release.commit = value.value("commit", "");
  release.run = value.value("run", "");
  release.time = value.value("time", "");
  release.set = value.value("set", "");
  release.objects = value.value("objects", "");
  release.replicas = value.value("replicas", 1);
  release.left = value.value("left", false);
  release.selectors = value.value("selectors", Selectors{});
  return release;
}

std::string to_text(const Record& record) {
  json root{{"version", 1}, {"deploying", record.deploying}, {"history", json::array()}};
  if (record.running) root["running"] = to_json(*record.running);
  for (const Release& release : record.history) root["history"].push_back(to_json(release));
  return root.dump();
}

/// As much as a ConfigMap holds.
std::string fitting(Record record) {
  if (record.history.size() > most_history) record.history.resize(most_history);
  std::string text = to_text(record);
  // What is kept of a release without its objects still tells its revision and its commit.
  for (std::size_t i = record.history.size(); i > 0 && text.size() > most_bytes; --i) {
    record.history[i - 1].objects.clear();
    text = to_text(record);
  }
  while (text.size() > most_bytes && !record.history.empty()) {
    record.history.pop_back();
    text = to_text(record);
  }
  if (text.size() > most_bytes && record.running) {
    record.running->objects.clear();
    text = to_text(record);
  }
  return text;
}

}  // namespace

Result<Record> RecordBook::read(const DeployWork& work) const {
  const std::string text = TRY(kubectl_.run(
      {.argv = {"get", "configmap", name_, "--ignore-not-found", "--output=json"}, .work = work}));
  Record record;
  if (text.empty()) return record;
  try {
    const json root = json::parse(json::parse(text).at("data").at("record").get<std::string>());
    record.deploying = root.value("deploying", "");
    if (root.contains("running")) record.running = release_from(root.at("running"));
    for (const json& each : root.value("history", json::array()))
      record.history.push_back(release_from(each));
    return record;
  } catch (const json::exception& error) {
    return fail(Fault::infrastructure,
                fmt::format("ConfigMap '{}' holds no record of pipectl: {}", name_, error.what()),
                "it was changed by hand; delete it to begin a new one");
  }
}

Result<void> RecordBook::write(const Record& record, const DeployWork& work) const {
  const json object{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", {{"name", name_}, {"labels", {{"app.kubernetes.io/managed-by", "pipectl"}}}}},
      {"data", {{"record", fitting(record)}}}};
  return put(kubectl_, object.dump(), work);
}

Result<void> put(const Kubectl& kubectl, const std::string& object, const DeployWork& work) {
  const auto replaced =
      kubectl.run({.argv = {"replace", "--filename=-"}, .input = object, .work = work});
  if (replaced) return {};
  if (!says_not_found(replaced.error())) return tl::unexpected(replaced.error());
  const auto created =
      kubectl.run({.argv = {"create", "--filename=-"}, .input = object, .work = work});
  if (created) return {};
  if (!says_exists(created.error())) return tl::unexpected(created.error());
  TRY(kubectl.run({.argv = {"replace", "--filename=-"}, .input = object, .work = work}));
  return {};
}

}  // namespace pipectl::plugins::kubernetes
