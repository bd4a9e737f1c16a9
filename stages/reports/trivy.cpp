// Trivy's JSON, schema 2: vulnerabilities, misconfigurations and secrets. `Results` is absent where
// there was nothing to look at.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

std::string text_or(std::string text, std::string other) {
  return text.empty() ? std::move(other) : std::move(text);
}

Finding of_vulnerability(const json& one) {
  Finding finding;
  finding.rule = one.at("VulnerabilityID").get<std::string>();
  finding.package = one.at("PkgName").get<std::string>() + "@" + json_text(one, "InstalledVersion");
  finding.message = text_or(json_text(one, "Title"), json_text(one, "Description"));
  if (const auto fixed = json_text(one, "FixedVersion"); !fixed.empty())
    finding.message += " (fixed in " + fixed + ")";
  finding.url = json_text(one, "PrimaryURL");
  return finding;
}

Finding of_misconfiguration(const json& one) {
  Finding finding;
  finding.rule = text_or(json_text(one, "AVDID"), json_text(one, "ID"));
  finding.message = text_or(json_text(one, "Message"), json_text(one, "Title"));
  finding.url = json_text(one, "PrimaryURL");
  finding.line = json_whole(json_at(one, "CauseMetadata"), "StartLine");
  return finding;
}

Finding of_secret(const json& one) {
  Finding finding;
  finding.rule = one.at("RuleID").get<std::string>();
  finding.message = json_text(one, "Title");
  finding.line = json_whole(one, "StartLine");
  return finding;
}

Result<void> read_trivy(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  std::string target;
  const auto tell = [&](Finding finding, const json& one) -> Result<void> {
    finding.severity = report::severity_of(json_text(one, "Severity"));
    finding.path = target;
    sink.finding(std::move(finding));
    return {};
  };
  const auto version = [](const JsonPath&, const json& number) -> Result<void> {
    if (number == 2) return {};
    return fail(Fault::step,
                fmt::format("its SchemaVersion is {}, not 2", printable(number.dump())),
                "was it written by Trivy 0.20 or later?");
  };
  const auto seen = [](const JsonPath&, const json&) -> Result<void> { return {}; };
  const auto name = [&](const JsonPath&, const json& text) -> Result<void> {
    target = text.get<std::string>();
    return {};
  };
  const auto vulnerability = [&](const JsonPath&, const json& one) {
    return tell(of_vulnerability(one), one);
  };
  const auto misconfiguration = [&](const JsonPath&, const json& one) -> Result<void> {
    if (json_text(one, "Status") == "PASS") return {};
    return tell(of_misconfiguration(one), one);
  };
  const auto secret = [&](const JsonPath&, const json& one) { return tell(of_secret(one), one); };
  return read_json(in, {{"SchemaVersion", version, required},
                        {"ArtifactName", seen, required},
                        {"Results/#/Target", name},
                        {"Results/#/Vulnerabilities/#", vulnerability},
                        {"Results/#/Misconfigurations/#", misconfiguration},
                        {"Results/#/Secrets/#", secret}});
}

}  // namespace

std::unique_ptr<ReportReader> make_trivy_reader() {
  return make_reader("trivy", "Findings of Trivy as JSON (`--format json`)", read_trivy);
}

}  // namespace pipectl::stages
