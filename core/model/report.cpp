#include "core/model/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "core/base/text.hpp"

namespace pipectl::report {
namespace {

struct Word {
  std::string_view text;
  Severity severity;
};

constexpr std::array words{
    Word{"critical", Severity::critical}, Word{"high", Severity::high},
    Word{"medium", Severity::medium},     Word{"moderate", Severity::medium},
    Word{"low", Severity::low},           Word{"negligible", Severity::low},
    Word{"error", Severity::error},       Word{"fatal", Severity::error},
    Word{"warning", Severity::warning},   Word{"warn", Severity::warning},
    Word{"info", Severity::info},         Word{"informational", Severity::info},
    Word{"note", Severity::info},         Word{"style", Severity::info},
    Word{"ignore", Severity::info},       Word{"none", Severity::info},
};

bool same(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

/// At most `digits` behind the point, without zeros at the end: `92.1`, `100`.
std::string rounded(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string duration_text(double ms) {
  if (std::abs(ms) >= 1000) return rounded(ms / 1000, 2) + "s";
  if (ms != 0 && std::abs(ms) < 0.1) return fmt::format("{:.3g}us", ms * 1000);
  return rounded(ms, std::abs(ms) < 10 ? 2 : 1) + "ms";
}

}  // namespace

std::string_view to_string(Unit unit) noexcept {
  switch (unit) {
    case Unit::count:
      return "count";
    case Unit::number:
      return "number";
    case Unit::percent:
      return "%";
    case Unit::milliseconds:
      return "ms";
    case Unit::bytes:
      return "B";
    case Unit::per_second:
      break;
  }
  return "/s";
}

std::optional<Unit> parse_unit(std::string_view text) noexcept {
  for (const Unit unit : {Unit::count, Unit::number, Unit::percent, Unit::milliseconds, Unit::bytes,
                          Unit::per_second})
    if (to_string(unit) == text) return unit;
  return std::nullopt;
}

std::string to_text(double value, Unit unit) {
  switch (unit) {
    case Unit::count:
      return rounded(value, 2);
    case Unit::number:
      return fmt::format("{:.6g}", value);
    case Unit::percent:
      return rounded(value, 1) + "%";
    case Unit::milliseconds:
      return duration_text(value);
    case Unit::bytes:
      if (value < 0 || value > 9e18) return rounded(value, 0) + " B";
      return human_size(static_cast<std::uint64_t>(value));
    case Unit::per_second:
      break;
  }
  return rounded(value, 1) + "/s";
}

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::critical:
      return "critical";
    case Severity::high:
      return "high";
    case Severity::error:
      return "error";
    case Severity::medium:
      return "medium";
    case Severity::warning:
      return "warning";
    case Severity::low:
      return "low";
    case Severity::unknown:
      return "unknown";
    case Severity::info:
      break;
  }
  return "info";
}

Severity severity_of(std::string_view word) noexcept {
  const auto* const hit =
      std::ranges::find_if(words, [&](const Word& w) { return same(w.text, word); });
  return hit == words.end() ? Severity::unknown : hit->severity;
}

std::string_view metric_of(Severity severity) noexcept {
  if (severity == Severity::error) return "errors";
  if (severity == Severity::warning) return "warnings";
  return to_string(severity);
}

std::string_view to_string(TestOutcome outcome) noexcept {
  switch (outcome) {
    case TestOutcome::passed:
      return "passed";
    case TestOutcome::failed:
      return "failed";
    case TestOutcome::error:
      return "error";
    case TestOutcome::skipped:
      return "skipped";
    case TestOutcome::flaky:
      break;
  }
  return "flaky";
}

}  // namespace pipectl::report
