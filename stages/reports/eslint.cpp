// ESLint's JSON (`-f json`); Stylelint and others write the same.
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

Result<void> read_eslint(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  std::string file;
  const auto take = [&](const JsonPath&, const json& message) -> Result<void> {
    Finding finding;
    finding.rule = json_text(message, "ruleId");
    const bool fatal = json_at(message, "fatal") == true;
    if (finding.rule.empty() && fatal) finding.rule = "parse-error";
    const auto severity = json_integer(message.at("severity"));
    finding.severity = fatal || severity == 2 ? Severity::error : Severity::warning;
    finding.message = message.at("message").get<std::string>();
    finding.path = file;
    finding.line = json_whole(message, "line");
    finding.column = json_whole(message, "column");
    sink.finding(std::move(finding));
    return {};
  };
  const auto name = [&](const JsonPath&, const json& path) -> Result<void> {
    file = path.get<std::string>();
    return {};
  };
  const auto counted = [](const JsonPath&, const json&) -> Result<void> { return {}; };
  return read_json(in, {{"@list", {}, required},
                        {"#/filePath", name, in_each},
                        {"#/errorCount", counted, in_each},
                        {"#/messages", {}, in_each},
                        {"#/messages/#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_eslint_reader() {
  return make_reader("eslint", "Findings as ESLint's JSON (`-f json`)", read_eslint);
}

}  // namespace pipectl::stages
