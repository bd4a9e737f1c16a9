// pip-audit's JSON; up to version 2.0 without the object around the list. It tells no severity, so
// that gates ask for `findings: 0`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

Result<void> read_pip_audit(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  const auto take = [&](const JsonPath&, const json& package) -> Result<void> {
    const auto name = package.at("name").get<std::string>();
    const auto version = json_text(package, "version");
    if (const auto reason = json_text(package, "skip_reason"); !reason.empty()) {
      Finding finding;
      finding.rule = "not-scanned";
      finding.package = name;
      finding.message = reason;
      sink.finding(std::move(finding));
      return {};
    }
    for (const json& vulnerability : package.at("vulns")) {
      Finding finding;
      finding.rule = vulnerability.at("id").get<std::string>();
      finding.package = fmt::format("{}@{}", name, version);
      finding.message = json_text(vulnerability, "description");
      sink.finding(std::move(finding));
    }
    return {};
  };
  return read_json(in,
                   {{"@list|dependencies", {}, required}, {"dependencies/#", take}, {"#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_pip_audit_reader() {
  return make_reader("pip-audit", "Vulnerable Python packages as pip-audit's JSON", read_pip_audit);
}

}  // namespace pipectl::stages
