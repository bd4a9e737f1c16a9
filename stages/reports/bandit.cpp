// Bandit's JSON. A file that it could not parse is a finding of unknown severity: it was not
// looked at, which must be seen.
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using enum JsonPlace::Presence;

/// Of a password in the code it quotes the value, which is to stand in no log and no annotation.
std::string without_password(std::string message) {
  constexpr std::string_view before = "hardcoded password:";
  const auto found = message.find(before);
  if (found != message.npos) message.resize(found + before.size() - 1);
  return message;
}

Result<void> read_bandit(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  const auto take = [&](const JsonPath&, const json& result) -> Result<void> {
    Finding finding;
    finding.rule = result.at("test_id").get<std::string>();
    finding.severity = report::severity_of(result.at("issue_severity").get<std::string>());
    finding.message = without_password(result.at("issue_text").get<std::string>());
    finding.path = result.at("filename").get<std::string>();
    finding.line = json_whole(result, "line_number");
    finding.column = json_whole(result, "col_offset");
    finding.url = json_text(result, "more_info");
    sink.finding(std::move(finding));
    return {};
  };
  const auto unread = [&](const JsonPath&, const json& error) -> Result<void> {
    Finding finding;
    finding.rule = "not-scanned";
    finding.message = json_text(error, "reason");
    finding.path = json_text(error, "filename");
    sink.finding(std::move(finding));
    return {};
  };
  return read_json(in, {{"results", {}, required},
                        {"metrics", {}, required},
                        {"errors", {}, required},
                        {"results/#", take},
                        {"errors/#", unread}});
}

}  // namespace

std::unique_ptr<ReportReader> make_bandit_reader() {
  return make_reader("bandit", "Findings in Python code as Bandit's JSON", read_bandit);
}

}  // namespace pipectl::stages
