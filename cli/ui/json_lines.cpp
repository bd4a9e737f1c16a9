#include "cli/ui/json_lines.hpp"

#include <nlohmann/json.hpp>

#include "cli/ui/display.hpp"

namespace pipectl::ui {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const PlannedStage& stage) {
  Json json{{"name", stage.name}, {"kind", stage.kind}};
  if (!stage.group.empty()) json["group"] = stage.group;
  json["needs"] = stage.needs;
  return json;
}

void put_text(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

class JsonLines final : public Transcript {
 public:
  explicit JsonLines(CiLog ci_log) : ci_log_(ci_log) {}

  void append(const RunEvent& event, std::string& out) override {
    std::visit([&](const auto& what) { say(event, what, out); }, event.what);
  }

 private:
  static Json head(const RunEvent& event, const char* name) {
    return Json{{"v", 1}, {"ts", iso8601(event.at)}, {"event", name}, {"run", event.run}};
  }
  static Json head(const RunEvent& event, const char* name, const std::string& stage) {
    Json json = head(event, name);
    json["stage"] = stage;
    return json;
  }
  void put(const Json& json, std::string& out) const {
    const std::size_t start = out.size();
    out += json.dump(-1, ' ', false, Json::error_handler_t::replace);
    out += '\n';
    if (ci_log_ != CiLog::github) return;
    for (auto at = out.find("##[", start); at != out.npos; at = out.find("##[", at))
      out.replace(at, 3, "##\\u005b");
  }

  void say(const RunEvent& event, const event::RunStarted& e, std::string& out) const {
    Json json = head(event, "run.started");
    json["pipeline"] = e.pipeline;
    json["trigger"] = e.event;
    put_text(json, "branch", e.branch);
    put_text(json, "sha", e.sha);
    json["resumed"] = e.resumed;
    json["stages"] = Json::array();
    for (const auto& stage : e.stages) json["stages"].push_back(describe(stage));
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageQueued& e, std::string& out) const {
    put(head(event, "stage.queued", e.stage), out);
  }
  void say(const RunEvent& event, const event::StageStarted& e, std::string& out) const {
    Json json = head(event, "stage.started", e.stage);
    json["attempt"] = e.attempt;
    put_text(json, "url", e.url);
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageOutput& e, std::string& out) const {
    Json json = head(event, "stage.output", e.stage);
    json["stream"] = e.stream == Stream::out ? "stdout" : "stderr";
    Json& text = json["text"];
    each_line(e.text, [&](std::string_view line) {
      text = line;
      put(json, out);
    });
  }
  void say(const RunEvent& event, const event::StageNote& e, std::string& out) const {
    Json json = head(event, "stage.note", e.stage);
    json["text"] = e.text;
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageArtifact& e, std::string& out) const {
    Json json = head(event, "stage.artifact", e.stage);
    json["path"] = e.path;
    json["bytes"] = e.bytes;
    json["sha256"] = e.sha256;
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageMetric& e, std::string& out) const {
    Json json = head(event, "stage.metric", e.stage);
    json["name"] = e.metric.name;
    json["value"] = e.metric.value;
    json["unit"] = to_string(e.metric.unit);
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageFinding& e, std::string& out) const {
    Json json = head(event, "stage.finding", e.stage);
    json["rule"] = e.finding.rule;
    json["severity"] = to_string(e.finding.severity);
    json["message"] = e.finding.message;
    put_text(json, "path", e.finding.path);
    if (e.finding.line > 0) json["line"] = e.finding.line;
    if (e.finding.column > 0) json["column"] = e.finding.column;
    put_text(json, "package", e.finding.package);
    put_text(json, "url", e.finding.url);
    json["fingerprint"] = e.finding.fingerprint;
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageTest& e, std::string& out) const {
    Json json = head(event, "stage.test", e.stage);
    json["suite"] = e.test.suite;
    json["name"] = e.test.name;
    json["outcome"] = to_string(e.test.outcome);
    json["duration_ms"] = static_cast<long>(e.test.duration.count() * 1'000);
    put_text(json, "message", e.test.message);
    put_text(json, "file", e.test.file);
    put(json, out);
  }
  void say(const RunEvent& event, const event::GateEvaluated& e, std::string& out) const {
    Json json = head(event, "gate.evaluated", e.stage);
    json["metric"] = e.verdict.metric;
    json["bound"] = e.verdict.bound;
    json["actual"] = e.verdict.actual;
    json["passed"] = e.verdict.result == report::GateVerdict::Result::passed;
    put_text(json, "waived", e.verdict.waiver);
    put(json, out);
  }
  void say(const RunEvent& event, const event::DeployStep& e, std::string& out) const {
    Json json = head(event, "deploy.step", e.stage);
    json["step"] = e.step;
    put_text(json, "detail", e.detail);
    json["ok"] = e.ok;
    put(json, out);
  }
  void say(const RunEvent& event, const event::StageFinished& e, std::string& out) const {
    const Outcome& outcome = e.outcome;
    Json json = head(event, "stage.finished", e.stage);
    json["outcome"] = to_string(outcome.status);
    if (outcome.exit_code) json["exit_code"] = *outcome.exit_code;
    json["duration_ms"] = outcome.duration.count();
    if (outcome.skip != SkipCause::none) json["skip"] = to_string(outcome.skip);
    put_text(json, "reason", outcome.reason);
    put_text(json, "hint", outcome.hint);
    put_text(json, "summary", outcome.summary);
    if (outcome.status != Status::skipped) json["attempts"] = outcome.attempts;
    if (outcome.undo_failed) json["undo_failed"] = true;
    if (!outcome.outputs.empty()) json["outputs"] = outcome.outputs;
    put(json, out);
  }
  void say(const RunEvent& event, const event::Warning& e, std::string& out) const {
    Json json = head(event, "run.warning");
    json["text"] = e.text;
    put(json, out);
  }
  void say(const RunEvent& event, const event::RunFinished& e, std::string& out) const {
    Json json = head(event, "run.finished");
    json["exit_code"] = e.exit_code;
    json["duration_ms"] = e.duration.count();
    put_text(json, "resume", e.resume_hint);
    put(json, out);
  }

  const CiLog ci_log_;
};

}  // namespace

std::unique_ptr<Transcript> make_json_transcript(CiLog ci_log) {
  return std::make_unique<JsonLines>(ci_log);
}

}  // namespace pipectl::ui
