#include "cli/ui/report_text.hpp"

#include <fmt/format.h>

#include "cli/ui/style.hpp"
#include "core/model/gate.hpp"

namespace pipectl::ui {
namespace {

constexpr std::size_t lines_each = 20;

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string place_of(const report::Finding& finding) {
  std::string place = finding.path.empty() ? finding.package : finding.path;
  if (finding.line > 0) place += fmt::format(":{}", finding.line);
  if (finding.line > 0 && finding.column > 0) place += fmt::format(":{}", finding.column);
  if (!finding.path.empty() && !finding.package.empty()) place += " " + finding.package;
  return place;
}

}  // namespace

std::optional<std::string> ReportLines::limited(const std::string& stage, std::string line) {
  const std::size_t before = told_[stage]++;
  if (before < lines_each) return line;
  if (before == lines_each) return "and more, in the report";
  return std::nullopt;
}

std::optional<std::string> ReportLines::of(const event::StageFinding& e) {
  const auto& finding = e.finding;
  auto line = place_of(finding);
  line += fmt::format("{}{}", line.empty() ? "" : " ", to_string(finding.severity));
  if (!finding.rule.empty()) line += " " + finding.rule;
  if (!finding.message.empty()) line += fmt::format(": {}", first_line(finding.message));
  return limited(e.stage, std::move(line));
}

std::optional<std::string> ReportLines::of(const event::StageTest& e) {
  const auto& test = e.test;
  auto line = fmt::format("{}: ", to_string(test.outcome));
  if (!test.suite.empty()) line += test.suite + " › ";
  line += test.name;
  if (!test.message.empty()) line += fmt::format(": {}", first_line(test.message));
  return limited(e.stage, std::move(line));
}

Status status_of(report::GateVerdict::Result result) {
  using enum report::GateVerdict::Result;
  if (result == waived) return Status::warned;
  return result == passed ? Status::succeeded : Status::failed;
}

std::string ReportLines::of(const event::GateEvaluated& e) const {
  return fmt::format("{} {}", mark(status_of(e.verdict.result), terminal_.glyphs),
                     describe(e.verdict));
}

}  // namespace pipectl::ui
