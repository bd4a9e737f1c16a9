// hadolint's JSON (`-f json`).
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

Result<void> read_hadolint(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  const auto take = [&](const JsonPath&, const json& problem) -> Result<void> {
    Finding finding;
    finding.rule = problem.at("code").get<std::string>();
    finding.severity = report::severity_of(problem.at("level").get<std::string>());
    finding.message = problem.at("message").get<std::string>();
    finding.path = json_text(problem, "file");
    finding.line = json_whole(problem, "line");
    finding.column = json_whole(problem, "column");
    if (finding.rule.starts_with("DL"))
      finding.url = "https://github.com/hadolint/hadolint/wiki/" + finding.rule;
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(in, {{"@list", {}, required}, {"#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_hadolint_reader() {
  return make_reader("hadolint", "Findings in Dockerfiles as hadolint's JSON", read_hadolint);
}

}  // namespace pipectl::stages
