// gitleaks' JSON. What it found is a secret: neither the match nor its line is taken over.
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

Result<void> read_gitleaks(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  const auto take = [&](const JsonPath&, const json& leak) -> Result<void> {
    Finding finding;
    finding.rule = leak.at("RuleID").get<std::string>();
    finding.severity = Severity::high;
    finding.message = json_text(leak, "Description");
    if (const auto commit = json_text(leak, "Commit"); !commit.empty())
      finding.message += " (commit " + commit.substr(0, 12) + ")";
    finding.path = leak.at("File").get<std::string>();
    finding.line = json_whole(leak, "StartLine");
    finding.column = json_whole(leak, "StartColumn");
    // Without a commit it holds the line's number, which changes when the file does.
    if (!json_text(leak, "Commit").empty()) finding.fingerprint = json_text(leak, "Fingerprint");
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(in, {{"@list", {}, required}, {"#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_gitleaks_reader() {
  return make_reader("gitleaks", "Secrets in a repository as gitleaks' JSON", read_gitleaks);
}

}  // namespace pipectl::stages
