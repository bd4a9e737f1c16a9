// Safety's JSON: an object since version 2, before that a list of lists. It tells no severity, so
// that gates ask for `findings: 0`.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

Finding found(std::string id, const std::string& name, const std::string& version) {
  Finding finding;
  finding.rule = std::move(id);
  finding.package = version.empty() ? name : name + "@" + version;
  return finding;
}

Result<void> read_safety(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  const auto take = [&](const JsonPath&, const json& one) -> Result<void> {
    if (json_at(one, "ignored") == true) return {};
    auto finding =
        found(json_text(one, "vulnerability_id"), one.at("package_name").get<std::string>(),
              json_text(one, "analyzed_version"));
    finding.message = json_text(one, "advisory");
    finding.url = json_text(one, "more_info_url");
    const json& severity = json_at(one, "severity");
    if (severity.is_string()) finding.severity = report::severity_of(severity.get<std::string>());
    const auto rated = json_text(json_at(severity, "cvssv3"), "base_severity");
    if (!rated.empty()) finding.severity = report::severity_of(rated);
    sink.finding(std::move(finding));
    return {};
  };
  // [package, affected versions, installed version, advisory, id]
  const auto take_old = [&](const JsonPath&, const json& row) -> Result<void> {
    auto finding = found(row.at(4).get<std::string>(), row.at(0).get<std::string>(),
                         row.at(2).get<std::string>());
    finding.message = row.at(3).get<std::string>();
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(in, {{"@list|vulnerabilities", {}, required},
                        {"@list|report_meta", {}, required},
                        {"vulnerabilities/#", take},
                        {"#", take_old}});
}

}  // namespace

std::unique_ptr<ReportReader> make_safety_reader() {
  return make_reader("safety", "Vulnerable Python packages as Safety's JSON", read_safety);
}

}  // namespace pipectl::stages
