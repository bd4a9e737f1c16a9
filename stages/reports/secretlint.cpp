// secretlint's JSON. The source that it quotes is not taken over.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using report::Severity;
using enum JsonPlace::Presence;

Result<void> read_secretlint(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  std::string file;
  const auto name = [&](const JsonPath&, const json& path) -> Result<void> {
    file = path.get<std::string>();
    return {};
  };
  const auto take = [&](const JsonPath&, const json& message) -> Result<void> {
    Finding finding;
    finding.rule = message.at("ruleId").get<std::string>();
    const auto severity = json_text(message, "severity");
    finding.severity = severity == "error" ? Severity::high : report::severity_of(severity);
    finding.message = message.at("message").get<std::string>();
    finding.path = file;
    const json& start = json_at(json_at(message, "loc"), "start");
    finding.line = json_whole(start, "line");
    finding.url = json_text(message, "docsUrl");
    sink.finding(std::move(finding));
    return {};
  };
  // What tells it from a linter's.
  const auto source = [](const JsonPath&, const json&) -> Result<void> { return {}; };
  return read_json(in, {{"@list", {}, required},
                        {"#/filePath", name, in_each},
                        {"#/sourceContent|#/sourceContentType", source, in_each},
                        {"#/messages", {}, in_each},
                        {"#/messages/#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_secretlint_reader() {
  return make_reader("secretlint", "Secrets in files as secretlint's JSON", read_secretlint);
}

}  // namespace pipectl::stages
