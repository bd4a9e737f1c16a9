#include <nlohmann/json.hpp>

#include "cli/planning/plan_report.hpp"

namespace pipectl::cli {
namespace {

using Json = nlohmann::ordered_json;

void put_text(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json matrix_of(const plan::Node& node) {
  Json matrix = Json::object();
  for (const auto& [axis, value] : node.matrix) matrix[axis] = value;
  return matrix;
}

Json describe(const Forecast& forecast, const plan::Plan& plan) {
  const plan::Node& node = *forecast.node;
  const StageSpec& stage = *node.stage;
  Json json{{"name", node.name}, {"stage", stage.name}, {"kind", stage.kind}};
  put_text(json, "group", stage.group);
  if (!node.matrix.empty()) json["matrix"] = matrix_of(node);
  json["needs"] = Json::array();
  for (const auto need : node.needs) json["needs"].push_back(plan.nodes[need].name);
  json["fate"] = to_string(forecast.fate);
  if (forecast.skip != SkipCause::none) json["skip"] = to_string(forecast.skip);
  put_text(json, "reason", forecast.reason);
  put_text(json, "hint", forecast.hint);
  if (stage.when) json["when"] = stage.when->text();
  if (forecast.asks) json["approval"] = true;
  put_text(json, "environment", stage.environment);
  if (!stage.secrets.empty()) json["secrets"] = stage.secrets;
  if (stage.timeout) json["timeout_ms"] = stage.timeout->count();
  put_text(json, "image", forecast.image);
  if (!forecast.services.empty()) json["services"] = forecast.services;
  json["commands"] = forecast.commands;
  if (forecast.changes) json["changes"] = *forecast.changes;
  if (forecast.unknown)
    json["unknown"] = {{"message", forecast.unknown->message}, {"hint", forecast.unknown->hint}};
  if (stage.where.file != nullptr) {
    json["file"] = stage.where.file->path;
    json["line"] = stage.where.line;
  }
  return json;
}

}  // namespace

std::string plan_json(const std::vector<Forecast>& forecasts, const RunInput& input,
                      const std::string& file) {
  Json json{{"v", 1}, {"pipeline", input.plan.pipeline->name}, {"file", file}};
  json["event"] = to_string(input.event.kind);
  json["git"] = {{"sha", input.git.sha}, {"branch", input.git.branch}, {"tag", input.git.tag}};
  json["params"] = input.params;
  put_text(json, "environment", input.environment);
  json["stages"] = Json::array();
  for (const auto& forecast : forecasts) json["stages"].push_back(describe(forecast, input.plan));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace pipectl::cli
