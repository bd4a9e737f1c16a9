// The baseline file of detect-secrets. What was audited and is no secret does not count.
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

Result<void> read_detect_secrets(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  const auto take = [&](const JsonPath& path, const json& secret) -> Result<void> {
    if (json_at(secret, "is_secret") == false) return {};
    Finding finding;
    finding.rule = secret.at("type").get<std::string>();
    finding.severity = json_at(secret, "is_verified") == true ? Severity::critical : Severity::high;
    finding.message = finding.rule + " found";
    finding.path = path.at(1);
    finding.line = json_whole(secret, "line_number");
    // The same secret in another file is another finding.
    if (const auto hash = json_text(secret, "hashed_secret"); !hash.empty())
      finding.fingerprint = finding.path + ":" + hash;
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(
      in, {{"results", {}, required}, {"plugins_used", {}, required}, {"results/*/#", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_detect_secrets_reader() {
  return make_reader("detect-secrets", "Secrets in files as the baseline of detect-secrets",
                     read_detect_secrets);
}

}  // namespace pipectl::stages
