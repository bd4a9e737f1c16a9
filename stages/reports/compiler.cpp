// What gcc, clang and everything that imitates them (clang-tidy, cppcheck --template=gcc,
// shellcheck -f gcc) write: `FILE:LINE:COLUMN: warning: MESSAGE [RULE]`. All other lines of a build
// log are passed over, so it cannot be told from any other text. Notes belong to what stands above
// them and do not count.
#include <array>
#include <optional>
#include <string>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using report::Finding;
using report::Severity;

struct Word {
  std::string_view text;
  Severity severity;
};
constexpr std::array words{Word{"fatal error: ", Severity::error}, Word{"error: ", Severity::error},
                           Word{"warning: ", Severity::warning}, Word{"style: ", Severity::info},
                           Word{"information: ", Severity::info}};

/// `[-Wunused-variable]` at the end of a message, without what only says how it became an error.
std::string take_rule(std::string_view& message) {
  if (!message.ends_with(']')) return {};
  const auto open = message.rfind('[');
  if (open == message.npos || open == 0) return {};
  auto rule = message.substr(open + 1, message.size() - open - 2);
  if (rule.empty() || rule.find(' ') != rule.npos) return {};
  message = trim(message.substr(0, open));
  if (rule.starts_with("-W")) rule.remove_prefix(2);
  if (rule.starts_with("error=")) rule.remove_prefix(6);
  return std::string(rule.substr(0, rule.find(",-warnings-as-errors")));
}

std::optional<Finding> problem(std::string_view line) {
  const auto place = split_place(line);
  if (!place) return std::nullopt;
  for (const auto& [text, severity] : words) {
    if (!place->rest.starts_with(text)) continue;
    std::string_view message = trim(place->rest.substr(text.size()));
    Finding finding;
    finding.severity = severity;
    finding.rule = take_rule(message);
    finding.message = message;
    finding.path = place->file;
    finding.line = place->line;
    finding.column = place->column;
    return finding;
  }
  return std::nullopt;
}

Result<void> read_compiler(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  return read_lines(in, [&](std::size_t, std::string_view line) -> Result<void> {
    if (auto finding = problem(line)) sink.finding(std::move(*finding));
    return {};
  });
}

}  // namespace

std::unique_ptr<ReportReader> make_gcc_reader() {
  return make_reader("gcc", "Errors and warnings in the text of gcc, clang and their like",
                     read_compiler);
}

std::unique_ptr<ReportReader> make_clang_tidy_reader() {
  return make_reader("clang-tidy", "Findings as clang-tidy's text", read_compiler);
}

}  // namespace pipectl::stages
