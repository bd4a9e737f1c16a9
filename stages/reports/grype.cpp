// Grype's JSON.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

Result<void> read_grype(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  const auto take = [&](const JsonPath&, const json& match) -> Result<void> {
    const json& vulnerability = match.at("vulnerability");
    const json& artifact = match.at("artifact");
    Finding finding;
    finding.rule = vulnerability.at("id").get<std::string>();
    finding.severity = report::severity_of(json_text(vulnerability, "severity"));
    finding.message = json_text(vulnerability, "description");
    finding.url = json_text(vulnerability, "dataSource");
    finding.package = artifact.at("name").get<std::string>() + "@" + json_text(artifact, "version");
    const json& places = json_at(artifact, "locations");
    if (places.is_array() && !places.empty()) finding.path = json_text(places[0], "path");
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(in, {{"matches", {}, required}, {"matches/#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_grype_reader() {
  return make_reader("grype", "Vulnerable packages as Grype's JSON", read_grype);
}

}  // namespace pipectl::stages
