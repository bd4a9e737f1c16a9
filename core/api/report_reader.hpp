#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/report.hpp"

namespace pipectl {

/// What a reader finds, piece by piece: a report may be larger than memory. Calls come in any
/// order, from one thread. Nothing that is handed over has to outlive the call.
class ReportSink {
 public:
  /// What kind of counts a report makes: they are metrics also when they stay at zero, so that "no
  /// findings" is something else than "no report".
  enum class Counts : std::uint8_t {
    tests,     ///< `tests`, `tests.failed`, …
    security,  ///< `critical`, `high`, `medium`, `low`, `unknown`, `findings`
    lint,      ///< `errors`, `warnings`, `info`, `findings`
    lines,     ///< `coverage`
  };
  enum class Hit : std::uint8_t { no, yes };

  virtual ~ReportSink() = default;
  virtual void counts(Counts counts) = 0;
  virtual void metric(report::Metric metric) = 0;
  /// The measurements behind the durations whose names begin with `of`, which is empty or ends in
  /// a dot: `scenario.login.`. Who compares no runs leaves it.
  virtual void samples(std::string_view /*of*/, const report::Samples& /*samples*/) {}
  virtual void finding(report::Finding finding) = 0;
  virtual void test(report::TestCase test) = 0;
  /// Several folders, each of which may be the one that relative names of files whose lines follow
  /// are meant from. Who knows no folders leaves it.
  virtual void sources(const std::vector<std::string>& /*folders*/) {}
  /// A line of code that can be run. Told several times (per test, per class, per file of a
  /// matrix), it is one line, and one hit is enough.
  virtual void line(std::string_view file, std::uint32_t line, Hit hit) = 0;
  /// One way out of a line, by its number within the line (at most 64 are told apart).
  virtual void branch(std::string_view file, std::uint32_t line, std::uint32_t way, Hit hit) = 0;
};

/// Reads one format. Stateless, used from several threads at once.
class ReportReader {
 public:
  virtual ~ReportReader() = default;
  /// The key in `reports:`.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  /// Reads the whole stream in bounded memory, whatever stands in it. An error (Fault::step) says
  /// what is wrong and where in the file, without naming the file: cut off, another format, nested
  /// too deep, entities. An empty file is an error where the tool always writes something. What
  /// was handed to the sink before an error does not count.
  virtual Result<void> read(std::istream& in, ReportSink& sink) const = 0;
};

}  // namespace pipectl
