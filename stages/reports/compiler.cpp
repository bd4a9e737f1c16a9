// What gcc, clang and everything that imitates them (clang-tidy, cppcheck --template=gcc,
// shellcheck -f gcc) write: `FILE:LINE:COLUMN: warning: MESSAGE [RULE]`. All other lines of a build
// log are passed over, so a log without any problem cannot be told from any other text; only one
// whose places are all without a severity is another format (ESLint's `unix`). Notes belong to what
// stands above them and do not count.
#include <fmt/format.h>

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
constexpr std::array words{
    Word{"fatal error: ", Severity::error}, Word{"error: ", Severity::error},
    Word{"warning: ", Severity::warning},   Word{"style: ", Severity::info},
    Word{"performance: ", Severity::info},  Word{"portability: ", Severity::info},
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

std::optional<Finding> problem(const Place& place) {
  for (const auto& [text, severity] : words) {
    if (!place.rest.starts_with(text)) continue;
    std::string_view message = trim(place.rest.substr(text.size()));
    Finding finding;
    finding.severity = severity;
    finding.rule = take_rule(message);
    finding.message = message;
    finding.path = place.file;
    finding.line = place.line;
    finding.column = place.column;
    return finding;
  }
  return std::nullopt;
}

/// `12:30:45: configuring` has the form of a place, too.
bool names_file(const Place& place) {
  return place.file.find_first_of("./") != place.file.npos &&
         place.file.find(' ') == place.file.npos;
}

bool is_remark(const Place& place) {
  return place.rest.starts_with("note: ") || place.rest.starts_with("remark: ");
}

Result<void> read_compiler(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  std::size_t without_word = 0;  // the first line with a place and no severity
  bool has_words = false;
  TRY(read_whole_lines(in, [&](std::size_t number, std::string_view line) -> Result<void> {
    const auto place = split_place(line);
    if (!place) return {};
    if (auto finding = problem(*place)) {
      has_words = true;
      sink.finding(std::move(*finding));
    } else if (is_remark(*place)) {
      has_words = true;
    } else if (place->column > 0 && without_word == 0 && names_file(*place)) {
      without_word = number;
    }
    return {};
  }));
  if (without_word > 0 && !has_words)
    return fail(Fault::step,
                fmt::format("line {} names a place, but neither there nor anywhere else stands "
                            "whether it is an error or a warning",
                            without_word),
                "was it written by a compiler, or in the format of one?");
  return {};
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
