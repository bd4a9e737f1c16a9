#include "cli/session/sarif.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/store/report_files.hpp"

namespace pipectl::cli {
namespace {

using report::Finding;
using report::Severity;
using SarifJson = nlohmann::ordered_json;

std::string_view sarif_level_of(Severity severity) {
  using enum Severity;
  if (severity == critical || severity == high || severity == error) return "error";
  return severity == info ? "note" : "warning";
}

SarifJson sarif_result(const Finding& finding) {
  SarifJson result{{"ruleId", finding.rule},
                   {"level", sarif_level_of(finding.severity)},
                   {"message", {{"text", finding.message}}}};
  if (!finding.path.empty()) {
    SarifJson place{{"artifactLocation", {{"uri", finding.path}}}};
    if (finding.line > 0) place["region"]["startLine"] = finding.line;
    if (finding.line > 0 && finding.column > 0) place["region"]["startColumn"] = finding.column;
    result["locations"] = SarifJson::array({{{"physicalLocation", std::move(place)}}});
  }
  result["partialFingerprints"] = {{"pipectl/v1", finding.fingerprint}};
  SarifJson& more = result["properties"];
  more["severity"] = to_string(finding.severity);
  if (!finding.package.empty()) more["package"] = finding.package;
  if (!finding.url.empty()) more["url"] = finding.url;
  return result;
}

std::string one_line(const SarifJson& json) {
  return json.dump(-1, ' ', false, SarifJson::error_handler_t::replace);
}

}  // namespace

void SarifRuns::add(const std::string& stage, const std::string& result) {
  auto& out = out_();
  if (!open_) {
    SarifJson id;
    id["id"] = stage + "/";
    out << (runs_++ == 0 ? "" : ",")
        << R"({"tool":{"driver":{"name":"pipectl"}},"automationDetails":)" << one_line(id)
        << R"(,"results":[)";
  }
  out << (open_ ? ",\n" : "\n") << result;
  open_ = true;
}

void SarifRuns::put(const std::string& stage, const Finding& finding) {
  add(stage, one_line(sarif_result(finding)));
}

void SarifRuns::put_waived(const std::string& stage, const Finding& finding,
                           const std::string& why) {
  SarifJson result = sarif_result(finding);
  result["suppressions"] =
      SarifJson::array({{{"kind", "external"}, {"status", "accepted"}, {"justification", why}}});
  add(stage, one_line(result));
}

void SarifRuns::end_stage() {
  if (open_) out_() << "]}";
  open_ = false;
}

Result<std::string> findings_as_sarif(const std::filesystem::path& run_dir,
                                      const std::vector<std::string>& stages) {
  std::ostringstream out;
  out << sarif_head;
  SarifRuns runs([&out]() -> std::ostream& { return out; });
  for (const auto& stage : stages) {
    const auto dir = store::reports_dir(run_dir, stage);
    if (!TRY(store::read_report_summary(dir))) continue;
    TRY(store::for_each_waived(dir, [&](const Finding& finding, const std::string& why) {
      runs.put_waived(stage, finding, why);
      return true;
    }));
    TRY(store::for_each_finding(dir, [&](const Finding& finding) {
      runs.put(stage, finding);
      return true;
    }));
    runs.end_stage();
  }
  out << sarif_foot;
  return std::move(out).str();
}

}  // namespace pipectl::cli
