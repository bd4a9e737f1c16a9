#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pipectl::report {

enum class Unit : std::uint8_t { count, number, percent, milliseconds, bytes, per_second };
/// The names of the JSON events: `count`, `number`, `%`, `ms`, `B`, `/s`.
[[nodiscard]] std::string_view to_string(Unit unit) noexcept;
[[nodiscard]] std::optional<Unit> parse_unit(std::string_view text) noexcept;

/// What becomes of a metric that several files have: of percentiles only the worst can be told.
enum class Merge : std::uint8_t { sum, most, least };

/// One measured value. Durations are in milliseconds, shares in percent (0 to 100).
struct Metric {
  std::string name;  ///< `coverage`, `tests.failed`, `p95`, `scenario.login.p95`
  double value{0};
  Unit unit{Unit::count};
  Merge merge{Merge::sum};
};
using Metrics = std::map<std::string, Metric, std::less<>>;

/// What a metric is made of, where a report tells it: a duration in milliseconds, and how often it
/// was measured. Ascending, each value once.
struct Sample {
  double value{0};
  std::uint64_t count{0};
  bool operator==(const Sample&) const = default;
};
using Samples = std::vector<Sample>;

/// Where a value lies of which only samples are known.
struct Interval {
  double low{0};
  double high{0};
};

/// For people: `142`, `92.1%`, `156ms`, `1.23s`, `147 MB`, `67.2/s`.
[[nodiscard]] std::string to_text(double value, Unit unit);

/// Two scales in one: scanners rate by danger, linters by error and warning. Worst first.
enum class Severity : std::uint8_t { critical, high, error, medium, warning, low, unknown, info };
inline constexpr std::array all_severities{Severity::critical, Severity::high,    Severity::error,
                                           Severity::medium,   Severity::warning, Severity::low,
                                           Severity::unknown,  Severity::info};
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;
/// The words that tools use, in any case: `HIGH`, `moderate`, `warn`, `style`, `negligible`.
/// A word that is none of them is `unknown`, which no gate on a known severity hides.
[[nodiscard]] Severity severity_of(std::string_view word) noexcept;
/// The metric that counts it: `critical`, `errors`.
[[nodiscard]] std::string_view metric_of(Severity severity) noexcept;

/// Something that a linter or scanner found.
struct Finding {
  std::string rule;  ///< `no-unused-vars`, `CVE-2024-1234`
  Severity severity{Severity::unknown};
  std::string message;
  std::string path;         ///< as the tool wrote it; empty: no file
  std::uint32_t line{0};    ///< 0: the file as a whole
  std::uint32_t column{0};  ///< 0: not told
  std::string package;      ///< `lodash@4.17.20`, for what scans dependencies
  std::string url;
  std::string fingerprint;  ///< the same for the same finding in another run, wherever it moved
};

enum class TestOutcome : std::uint8_t { passed, failed, error, skipped, flaky };
[[nodiscard]] std::string_view to_string(TestOutcome outcome) noexcept;

struct TestCase {
  std::string suite;
  std::string name;
  TestOutcome outcome{TestOutcome::passed};
  std::chrono::duration<double> duration{0};
  std::string message;  ///< why it failed or was skipped
  std::string file;
};

/// How a gate was decided.
struct GateVerdict {
  enum class Result : std::uint8_t { passed, failed, waived };
  std::string metric;
  std::string bound;   ///< `>= 80%`
  std::string actual;  ///< `78.4%`
  Result result{Result::passed};
  std::string waiver{};  ///< why it is let pass though it does not hold: `until 2026-12-31: why`
};

/// The right column of the summary line: `142 tests · coverage 92.1%`; empty where nothing was
/// measured.
[[nodiscard]] std::string summary_line(const Metrics& metrics);

}  // namespace pipectl::report
