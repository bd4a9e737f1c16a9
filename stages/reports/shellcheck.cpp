// ShellCheck's JSON: `-f json` is a list, `-f json1` an object around it.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

Result<void> read_shellcheck(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  const auto take = [&](const JsonPath&, const json& comment) -> Result<void> {
    Finding finding;
    finding.rule = "SC" + std::to_string(json_integer(comment.at("code")));
    finding.severity = report::severity_of(comment.at("level").get<std::string>());
    finding.message = comment.at("message").get<std::string>();
    finding.path = comment.at("file").get<std::string>();
    finding.line = json_whole(comment, "line");
    finding.column = json_whole(comment, "column");
    finding.url = "https://www.shellcheck.net/wiki/" + finding.rule;
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(in, {{"@list|comments", {}, required}, {"#", take}, {"comments/#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_shellcheck_reader() {
  return make_reader("shellcheck", "Findings as ShellCheck's JSON (`-f json` or `-f json1`)",
                     read_shellcheck);
}

}  // namespace pipectl::stages
