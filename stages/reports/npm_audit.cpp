// npm's audit report: version 1 (npm 6) lists advisories, version 2 (npm 7 and later) vulnerable
// packages. A report without metadata is an error message of npm, not a clean bill.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

/// What is wrong with a package: the titles of its advisories, or the packages it has them from.
std::string reason_of(const json& via, Finding& finding) {
  std::string reason;
  for (const json& cause : via) {
    const bool is_name = cause.is_string();
    const auto text =
        is_name ? "depends on " + cause.get<std::string>() : json_text(cause, "title");
    if (!reason.empty()) reason += "; ";
    reason += text;
    if (!is_name && finding.url.empty()) finding.url = json_text(cause, "url");
  }
  return reason;
}

std::string advisory_of(const std::string& url) {
  const auto slash = url.rfind('/');
  return slash == std::string::npos ? url : url.substr(slash + 1);
}

Finding of_package(const std::string& name, const json& package) {
  Finding finding;
  finding.severity = report::severity_of(package.at("severity").get<std::string>());
  finding.package = name;
  finding.message = reason_of(package.at("via"), finding);
  finding.rule = advisory_of(finding.url);
  if (finding.rule.empty()) finding.rule = "vulnerable-dependency";
  return finding;
}

Finding of_advisory(const std::string& id, const json& advisory) {
  Finding finding;
  finding.severity = report::severity_of(advisory.at("severity").get<std::string>());
  finding.rule = id;
  finding.package = advisory.at("module_name").get<std::string>();
  const json& places = json_at(advisory, "findings");
  if (places.is_array() && !places.empty())
    finding.package += "@" + json_text(places[0], "version");
  finding.message = json_text(advisory, "title");
  finding.url = json_text(advisory, "url");
  return finding;
}

Result<void> read_npm_audit(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  std::string message;
  const auto package = [&](const JsonPath& path, const json& one) -> Result<void> {
    sink.finding(of_package(path.back(), one));
    return {};
  };
  const auto advisory = [&](const JsonPath& path, const json& one) -> Result<void> {
    sink.finding(of_advisory(path.back(), one));
    return {};
  };
  const auto said = [&](const JsonPath&, const json& text) -> Result<void> {
    if (text.is_string()) message = text.get<std::string>();
    return {};
  };
  const auto error = [&](const JsonPath&, const json& one) -> Result<void> {
    auto why = json_text(one, "summary");
    if (why.empty()) why = message;
    return fail(Fault::step, "npm could not audit: " + (why.empty() ? "no reason given" : why),
                "does the registry offer audits, and is there a lock file?");
  };
  const auto version = [](const JsonPath&, const json&) -> Result<void> { return {}; };
  return read_json(in, {{"message", said},
                        {"error", error},
                        {"metadata", {}, required},
                        {"auditReportVersion|actions|muted", version, required},
                        {"vulnerabilities/*", package},
                        {"advisories/*", advisory}});
}

}  // namespace

std::unique_ptr<ReportReader> make_npm_audit_reader() {
  return make_reader("npm-audit",
                     "Vulnerable packages as npm's audit report (npm 6, and 7 or later)",
                     read_npm_audit);
}

}  // namespace pipectl::stages
