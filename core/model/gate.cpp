#include "core/model/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

using report::Metric;
using report::Metrics;
using report::Unit;

struct Sign {
  std::string_view text;
  Comparison comparison;
};
/// Longer ones first: `<=` begins with `<`.
constexpr std::array signs{
    Sign{">=", Comparison::at_least}, Sign{"<=", Comparison::at_most},
    Sign{"==", Comparison::equal},    Sign{"!=", Comparison::not_equal},
    Sign{">", Comparison::more},      Sign{"<", Comparison::less},
    Sign{"=", Comparison::equal},
};

std::string_view to_string(Comparison comparison) {
  return std::ranges::find(signs, comparison, &Sign::comparison)->text;
}

struct UnitWord {
  std::string_view text;
  Unit unit;
  double factor;
};
constexpr std::array unit_words{
    UnitWord{"%", Unit::percent, 1},
    UnitWord{"us", Unit::milliseconds, 0.001},
    UnitWord{"µs", Unit::milliseconds, 0.001},
    UnitWord{"ms", Unit::milliseconds, 1},
    UnitWord{"s", Unit::milliseconds, 1'000},
    UnitWord{"m", Unit::milliseconds, 60'000},
    UnitWord{"min", Unit::milliseconds, 60'000},
    UnitWord{"h", Unit::milliseconds, 3'600'000},
    UnitWord{"B", Unit::bytes, 1},
    UnitWord{"kB", Unit::bytes, 1e3},
    UnitWord{"KB", Unit::bytes, 1e3},
    UnitWord{"MB", Unit::bytes, 1e6},
    UnitWord{"GB", Unit::bytes, 1e9},
    UnitWord{"TB", Unit::bytes, 1e12},
    UnitWord{"KiB", Unit::bytes, 1024.0},
    UnitWord{"MiB", Unit::bytes, 1048576.0},
    UnitWord{"GiB", Unit::bytes, 1073741824.0},
    UnitWord{"/s", Unit::per_second, 1},
    UnitWord{"/min", Unit::per_second, 1.0 / 60},
};

/// Other words for the same thing, as people write them.
struct Alias {
  std::string_view word;
  std::string_view metric;
};
constexpr std::array aliases{
    Alias{"moderate", "medium"},
    Alias{"tests.total", "tests"},
    Alias{"avg", "mean"},
    Alias{"median", "p50"},
    Alias{"p999", "p99.9"},
    Alias{"coverage.lines", "coverage"},
    Alias{"requests_per_second", "rps"},
    Alias{"throughput", "rps"},
};

tl::unexpected<Error> not_understood(std::string_view text) {
  return fail(Fault::usage, fmt::format("'{}' is no bound of a gate", printable(text)),
              "write a comparison (==, !=, <, <=, >, >=) and a number with its unit: '>= 80%', "
              "'< 500ms', '<= 150MB', '>= 50/s', '== 0'");
}

/// `1m30s`: what a single number with a unit cannot say.
std::optional<double> composed_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return std::nullopt;
  return static_cast<double>(duration->count());
}

bool holds(double actual, const Bound& bound) {
  switch (bound.comparison) {
    case Comparison::equal:
      return actual == bound.value;
    case Comparison::not_equal:
      return actual != bound.value;
    case Comparison::less:
      return actual < bound.value;
    case Comparison::at_most:
      return actual <= bound.value;
    case Comparison::more:
      return actual > bound.value;
    case Comparison::at_least:
      break;
  }
  return actual >= bound.value;
}

/// The unit in which the bound was written; null where it has none, or several (`1m30s`).
const UnitWord* word_of(const Bound& bound) {
  const auto number = bound.text.find_first_of("0123456789");
  if (!bound.unit || number == std::string::npos) return nullptr;
  const auto end = bound.text.find_first_not_of("0123456789.eE+-", number);
  if (end == std::string::npos) return nullptr;
  const auto* const word = std::ranges::find(
      unit_words, trim(std::string_view(bound.text).substr(end)), &UnitWord::text);
  return word == unit_words.end() ? nullptr : word;
}

/// In the unit of the bound, so that the two can be compared at a glance: `151MB` for `150MB`.
std::string text_beside(double value, const Bound& bound, Unit unit) {
  constexpr double least = 0.1;  // else it has too few digits to be told so, or too many
  constexpr double most = 10'000;
  const UnitWord* const word = word_of(bound);
  if (word == nullptr) return report::to_text(value, unit);
  const double scaled = value / word->factor;
  if (unit == Unit::percent || std::abs(scaled) < least || std::abs(scaled) >= most)
    return report::to_text(value, unit);
  auto text = report::to_text(scaled, Unit::count);
  return text.append(word->text);
}

/// With as many digits as it takes to see why `79.96% >= 80%` does not hold.
std::string telling_text(double actual, const Bound& bound, Unit unit) {
  std::string text = text_beside(actual, bound, unit);
  if (actual == bound.value || text != text_beside(bound.value, bound, unit)) return text;
  if (const UnitWord* const word = word_of(bound); word != nullptr)
    return fmt::format("{:.10g}{}", actual / word->factor, word->text);
  auto exact = fmt::format("{:.10g}", actual);
  switch (unit) {
    case Unit::percent:
      return exact + "%";
    case Unit::milliseconds:
      return exact + "ms";
    case Unit::bytes:
      return exact + " B";
    case Unit::per_second:
      return exact + "/s";
    default:
      return exact;
  }
}

std::string list_of(const Metrics& metrics) {
  constexpr std::size_t shown = 30;
  std::string list;
  std::size_t count = 0;
  for (const auto& [name, metric] : metrics) {
    if (++count > shown) break;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", printable(name));
  }
  if (metrics.size() > shown) list += fmt::format(" and {} more", metrics.size() - shown);
  return list;
}

tl::unexpected<Error> unknown_metric(std::string_view name, const Metrics& metrics) {
  const auto what = fmt::format("gate {}: no report has this metric", printable(name));
  if (metrics.empty()) return fail(Fault::step, what, "the reports hold no metric at all");
  std::vector<std::string_view> names;
  for (const auto& [known, metric] : metrics) names.push_back(known);
  const auto guess = suggestion(name, names);
  return fail(Fault::step, what,
              fmt::format("{}{}there are {}", guess, guess.empty() ? "" : " ", list_of(metrics)));
}

const Metric* find(std::string_view name, const Metrics& metrics) {
  if (const auto hit = metrics.find(name); hit != metrics.end()) return &hit->second;
  // `scenario.login.median` is `scenario.login.p50`.
  for (const auto& [word, metric] : aliases) {
    if (!name.ends_with(word)) continue;
    const auto before = name.substr(0, name.size() - word.size());
    if (!before.empty() && !before.ends_with('.')) continue;
    const auto hit = metrics.find(std::string(before) + std::string(metric));
    if (hit != metrics.end()) return &hit->second;
  }
  return nullptr;
}

/// A bare number stands for what has no unit to be mistaken; of a duration it could be either.
bool fits(const Bound& bound, Unit unit) {
  if (!bound.unit) return unit != Unit::milliseconds || bound.value == 0;
  return *bound.unit == unit;
}

/// Whether the bound holds for some value of the interval.
bool may_hold(const report::Interval& interval, const Bound& bound) {
  if (bound.comparison == Comparison::equal)
    return interval.low <= bound.value && bound.value <= interval.high;
  return holds(interval.low, bound) || holds(interval.high, bound);
}

tl::unexpected<Error> not_comparable(const Metric& metric, const Bound& bound) {
  return fail(Fault::step,
              fmt::format("gate {}: '{}' cannot be compared with {}", printable(metric.name),
                          bound.text, report::to_text(metric.value, metric.unit)),
              bound.unit ? fmt::format("its unit is '{}'", to_string(metric.unit))
                         : "a duration needs a unit: '500ms', '1.5s'");
}

}  // namespace

Result<Bound> parse_bound(std::string_view written) {
  std::string_view text = trim(written);
  Bound bound;
  for (const auto& [sign, comparison] : signs) {
    if (!text.starts_with(sign)) continue;
    bound.comparison = comparison;
    text = trim(text.substr(sign.size()));
    break;
  }
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, bound.value);
  if (error != std::errc{} || !std::isfinite(bound.value)) return not_understood(written);
  const std::string_view unit = trim({rest, static_cast<std::size_t>(end - rest)});
  if (!unit.empty()) {
    const auto* const word = std::ranges::find(unit_words, unit, &UnitWord::text);
    if (word != unit_words.end()) {
      bound.unit = word->unit;
      bound.value *= word->factor;
    } else if (const auto duration = composed_duration(text)) {
      bound.unit = Unit::milliseconds;
      bound.value = *duration;
    } else {
      return not_understood(written);
    }
  }
  bound.text = fmt::format("{} {}", to_string(bound.comparison), text);
  return bound;
}

Result<report::GateVerdict> decide_gate(std::string_view metric, const Bound& bound,
                                        const Metrics& metrics) {
  Metric found = TRY(metric_named(metric, metrics));
  found.name = metric;
  if (!fits(bound, found.unit)) return not_comparable(found, bound);
  using enum report::GateVerdict::Result;
  return report::GateVerdict{std::string(metric),
                             bound.text,
                             telling_text(found.value, bound, found.unit),
                             holds(found.value, bound) ? passed : failed,
                             {}};
}

Result<report::GateVerdict> decide_gate(const Metric& metric, const report::Interval& interval,
                                        const Bound& bound) {
  if (!fits(bound, metric.unit)) return not_comparable(metric, bound);
  using enum report::GateVerdict::Result;
  const auto text = [&](double value) { return report::to_text(value, metric.unit); };
  return report::GateVerdict{metric.name,
                             bound.text,
                             fmt::format("{} (95% sure: {} to {})", text(metric.value),
                                         text(interval.low), text(interval.high)),
                             may_hold(interval, bound) ? passed : failed,
                             {}};
}

Result<Metric> metric_named(std::string_view name, const Metrics& metrics) {
  const Metric* const found = find(name, metrics);
  if (found == nullptr) return unknown_metric(name, metrics);
  return *found;
}

std::string describe(const report::GateVerdict& verdict) {
  auto text = fmt::format("gate {}: {}, want {}", verdict.metric, verdict.actual, verdict.bound);
  if (!verdict.waiver.empty()) text += ", waived " + verdict.waiver;
  return text;
}

}  // namespace pipectl
