// yamllint's `-f parsable`: `FILE:LINE:COLUMN: [error] MESSAGE (RULE)`.
#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

Result<void> tell(std::size_t number, std::string_view line, ReportSink& sink) {
  if (trim(line).empty()) return {};
  const auto place = split_place(line);
  const auto close = place ? place->rest.find("] ") : line.npos;
  if (!place || !place->rest.starts_with('[') || close == line.npos)
    return fail(
        Fault::step,
        fmt::format("line {} is no problem of yamllint: {}", number, printable(line.substr(0, 80))),
        "have it write `-f parsable`");
  const std::string_view level = place->rest.substr(1, close - 1);
  if (level != "error" && level != "warning")
    return fail(Fault::step,
                fmt::format("line {}: '{}' is no level of yamllint", number, printable(level)),
                "have it write `-f parsable`");
  report::Finding finding;
  finding.severity = report::severity_of(level);
  std::string_view message = trim(place->rest.substr(close + 2));
  const auto open = message.rfind(" (");
  if (message.ends_with(')') && open != message.npos) {
    finding.rule = message.substr(open + 2, message.size() - open - 3);
    message = message.substr(0, open);
  }
  finding.message = message;
  finding.path = place->file;
  finding.line = place->line;
  finding.column = place->column;
  sink.finding(std::move(finding));
  return {};
}

/// An empty file is what yamllint writes when all is well.
Result<void> read_yamllint(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  return read_whole_lines(
      in, [&](std::size_t number, std::string_view line) { return tell(number, line, sink); });
}

}  // namespace

std::unique_ptr<ReportReader> make_yamllint_reader() {
  return make_reader("yamllint", "Findings as yamllint's text (`-f parsable`)", read_yamllint);
}

}  // namespace pipectl::stages
