// flake8's text: the default and the pylint format. It has no severities; what breaks a program
// (E9: it cannot be parsed, F: pyflakes) counts as an error, style and complexity as warnings.
#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using report::Finding;
using report::Severity;

bool is_code(std::string_view word) {
  if (word.size() < 2 || word.front() < 'A' || word.front() > 'Z') return false;
  const auto digits = word.find_first_of("0123456789");
  return digits <= 3 && word.find_first_not_of("0123456789", digits) == word.npos;
}

/// `E231 missing whitespace` or `[E231] missing whitespace`.
bool read_problem(std::string_view rest, Finding& finding) {
  const bool bracketed = rest.starts_with('[');
  if (bracketed) rest.remove_prefix(1);
  const auto end = rest.find(bracketed ? ']' : ' ');
  const auto code = rest.substr(0, end);
  if (!is_code(code)) return false;
  finding.rule = code;
  finding.severity =
      code.starts_with("E9") || code.front() == 'F' ? Severity::error : Severity::warning;
  finding.message = end == rest.npos ? std::string_view() : trim(rest.substr(end + 1));
  return true;
}

/// `3` (`--count`) or `1     E231 missing whitespace` (`--statistics`), or nothing at all.
bool is_count(std::string_view line) {
  const auto end = line.find_first_not_of("0123456789");
  return line.empty() || end == line.npos || (end > 0 && line[end] == ' ');
}

class Flake8 {
 public:
  explicit Flake8(ReportSink& sink) : sink_(sink) {}

  /// Lines of source (`--show-source`) and counts (`--statistics`, `--count`) stand between them.
  Result<void> line(std::string_view line) {
    if (is_count(trim(line))) return {};
    ++others_;
    const auto place = split_place(line);
    if (!place) return {};
    Finding finding;
    if (!read_problem(place->rest, finding)) return {};
    --others_;
    ++problems_;
    finding.path = place->file;
    finding.line = place->line;
    finding.column = place->column;
    sink_.finding(std::move(finding));
    return {};
  }

  [[nodiscard]] Result<void> end() const {
    if (problems_ > 0 || others_ == 0) return {};
    return fail(Fault::step, "none of its lines is a problem that flake8 would write",
                "flake8's default format and `--format=pylint` are read");
  }

 private:
  ReportSink& sink_;
  std::size_t problems_{0};
  std::size_t others_{0};
};

/// An empty file is what flake8 writes when all is well.
Result<void> read_flake8(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  Flake8 flake8(sink);
  TRY(read_whole_lines(in, [&](std::size_t, std::string_view line) { return flake8.line(line); }));
  return flake8.end();
}

}  // namespace

std::unique_ptr<ReportReader> make_flake8_reader() {
  return make_reader("flake8", "Findings as flake8's text; E9 and F are errors, others warnings",
                     read_flake8);
}

}  // namespace pipectl::stages
