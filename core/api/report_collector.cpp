#include "core/api/report_collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pipectl {
namespace {

using report::Merge;
using report::Metric;
using report::Metrics;
using report::TestOutcome;
using report::Unit;

constexpr std::size_t long_text = 4'096;
constexpr std::size_t short_text = 1'024;
constexpr std::size_t most_metrics = 20'000;
constexpr std::size_t fingerprint_digits = 32;
constexpr double longest_test = 1e9;  // seconds; more is nonsense

template <class Enum>
constexpr std::size_t at(Enum value) {
  return static_cast<std::size_t>(value);
}

void put(Metrics& metrics, const std::string& name, double value, Unit unit = Unit::count,
         Merge merge = Merge::sum) {
  metrics.insert_or_assign(name, Metric{name, value, unit, merge});
}

void merge_into(Metric& known, const Metric& more) {
  switch (known.merge) {
    case Merge::sum:
      known.value += more.value;
      return;
    case Merge::most:
      known.value = std::max(known.value, more.value);
      return;
    case Merge::least:
      known.value = std::min(known.value, more.value);
      return;
  }
}

Error too_much_coverage() {
  return {Fault::step, "the coverage of all reports together does not fit into memory",
          "leave out generated files, or split the stage"};
}

/// `redefinition of 'a' from line 3`: the number is not what was found.
std::string without_lines(std::string_view message) {
  constexpr std::string_view digits = "0123456789";
  std::string text(message);
  for (const std::string_view word : {"line ", "lines "})
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
      const auto number = at + word.size();
      const auto end = std::min(text.find_first_not_of(digits, number), text.size());
      text.erase(number, end - number);
    }
  return text;
}

}  // namespace

bool ReportCollector::has(Counts counts) const noexcept { return counted_.at(at(counts)); }

void ReportCollector::counts(Counts counts) { counted_.at(at(counts)) = true; }

void ReportCollector::clean(std::string& text, std::size_t most) const {
  if (redact_) text = redact_(text);
  if (text.size() <= most) return;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  text += "…";
}

void ReportCollector::check(const Result<void>& spooled) {
  if (!spooled && !failure_) failure_ = spooled.error();
}

void ReportCollector::metric(Metric metric) {
  if (!std::isfinite(metric.value)) return;
  clean(metric.name, short_text);
  const auto known = metrics_.find(metric.name);
  if (known != metrics_.end()) return merge_into(known->second, metric);
  if (metrics_.size() >= most_metrics) {
    if (!failure_)
      failure_ = Error{Fault::step, fmt::format("more than {} metrics", most_metrics),
                       "report fewer of them"};
    return;
  }
  std::string name = metric.name;
  metrics_.emplace(std::move(name), std::move(metric));
}

void ReportCollector::samples(std::string_view of, const report::Samples& samples) {
  std::string name(of);
  clean(name, short_text);
  if (spool_ != nullptr) check(spool_->put_samples(name, samples));
}

/// Where a finding stands in its file does not count: code above it may grow.
std::string ReportCollector::fingerprint_of(const report::Finding& finding) {
  const std::string_view package = finding.package;
  const std::string message = without_lines(finding.message);
  const std::array parts{std::string_view(finding.rule), std::string_view(finding.path),
                         package.substr(0, package.rfind('@')), std::string_view(message)};
  constexpr std::size_t for_ends = 32;
  std::size_t size = for_ends;
  for (const auto part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const auto part : parts) text.append(part).push_back('\0');
  if (const auto before = alike_.count(std::hash<std::string>{}(text)))
    text += std::to_string(*before);
  digest_.update(text);
  auto fingerprint = digest_.hex();
  fingerprint.resize(fingerprint_digits);
  return fingerprint;
}

void ReportCollector::clean(report::Finding& finding) {
  clean(finding.rule, short_text);
  clean(finding.message, long_text);
  clean(finding.path, long_text);
  clean(finding.package, short_text);
  clean(finding.url, short_text);
  clean(finding.fingerprint, short_text);
  if (finding.fingerprint.empty()) finding.fingerprint = fingerprint_of(finding);
}

void ReportCollector::waived(report::Finding finding, std::string_view why) {
  clean(finding);
  ++waived_;
  if (spool_ != nullptr) check(spool_->put_waived(finding, why));
}

void ReportCollector::finding(report::Finding finding) {
  clean(finding);
  ++by_severity_.at(at(finding.severity));
  if (spool_ != nullptr) check(spool_->put(finding));
  auto& kept = findings_.at(at(finding.severity));
  if (kept.size() < kept_at_most) kept.push_back(std::move(finding));
}

void ReportCollector::test(report::TestCase test) {
  clean(test.suite, short_text);
  clean(test.name, short_text);
  clean(test.message, long_text);
  clean(test.file, long_text);
  ++by_outcome_.at(at(test.outcome));
  const double seconds = test.duration.count();
  if (!(seconds >= 0 && seconds < longest_test)) test.duration = {};
  test_seconds_ += test.duration.count();
  if (spool_ != nullptr) check(spool_->put(test));
  const bool remarkable =
      test.outcome != TestOutcome::passed && test.outcome != TestOutcome::skipped;
  if (remarkable && tests_.size() < kept_at_most) tests_.push_back(std::move(test));
}

void ReportCollector::line(std::string_view file, std::uint32_t line, Hit hit) {
  coverage_.line(file, line, hit);
  if (coverage_.is_full() && !failure_) failure_ = too_much_coverage();
}

void ReportCollector::branch(std::string_view file, std::uint32_t line, std::uint32_t way,
                             Hit hit) {
  coverage_.branch(file, line, way, hit);
  if (coverage_.is_full() && !failure_) failure_ = too_much_coverage();
}

void ReportCollector::add_tests(Metrics& metrics) const {
  if (!has(Counts::tests)) return;
  const auto count = [&](TestOutcome outcome) {
    return static_cast<double>(by_outcome_.at(at(outcome)));
  };
  const double failed = count(TestOutcome::failed) + count(TestOutcome::error);
  const double passed = count(TestOutcome::passed) + count(TestOutcome::flaky);
  put(metrics, "tests", failed + passed + count(TestOutcome::skipped));
  put(metrics, "tests.passed", passed);
  put(metrics, "tests.failed", failed);
  put(metrics, "tests.errors", count(TestOutcome::error));
  put(metrics, "tests.skipped", count(TestOutcome::skipped));
  put(metrics, "tests.flaky", count(TestOutcome::flaky));
  put(metrics, "tests.duration", test_seconds_ * 1'000, Unit::milliseconds);
}

void ReportCollector::add_findings(Metrics& metrics) const {
  if (!has(Counts::security) && !has(Counts::lint)) return;
  const auto tell = [&](report::Severity severity) {
    put(metrics, std::string(report::metric_of(severity)),
        static_cast<double>(by_severity_.at(at(severity))));
  };
  using enum report::Severity;
  if (has(Counts::security))
    for (const report::Severity severity : {critical, high, medium, low, unknown}) tell(severity);
  if (has(Counts::lint))
    for (const report::Severity severity : {error, warning, info}) tell(severity);
  double all = 0;
  for (const report::Severity severity : report::all_severities) {
    if (by_severity_.at(at(severity)) > 0) tell(severity);
    all += static_cast<double>(by_severity_.at(at(severity)));
  }
  put(metrics, "findings", all);
  if (waived_ > 0) put(metrics, "findings.waived", static_cast<double>(waived_));
}

void ReportCollector::add_coverage(Metrics& metrics) const {
  if (const auto lines = coverage_.lines(); lines.all > 0) {
    put(metrics, "coverage", lines.percent(), Unit::percent, Merge::least);
    put(metrics, "coverage.uncovered", static_cast<double>(lines.all - lines.hit));
  }
  if (const auto branches = coverage_.branches(); branches.all > 0)
    put(metrics, "coverage.branches", branches.percent(), Unit::percent, Merge::least);
}

/// For the run and for each scenario; where several files were merged no other sum is right.
void ReportCollector::add_error_rates(Metrics& metrics) {
  constexpr std::string_view requests = "requests";
  Metrics rates;
  for (const auto& [name, metric] : metrics) {
    if (!name.ends_with(requests) || metric.value <= 0) continue;
    const std::string before = name.substr(0, name.size() - requests.size());
    if (!before.empty() && !before.ends_with('.')) continue;
    const auto errors = metrics.find(before + "errors");
    if (errors == metrics.end()) continue;
    const double share = 100.0 * errors->second.value / metric.value;
    put(rates, before + "error_rate", std::min(share, 100.0), Unit::percent, Merge::most);
  }
  for (auto& [name, rate] : rates) metrics.insert_or_assign(name, std::move(rate));
}

Metrics ReportCollector::metrics() const {
  Metrics metrics = metrics_;
  add_tests(metrics);
  add_findings(metrics);
  add_coverage(metrics);
  add_error_rates(metrics);
  return metrics;
}

std::vector<report::Finding> ReportCollector::findings() const {
  std::vector<report::Finding> worst_first;
  for (const auto& kept : findings_) {
    const std::size_t room = kept_at_most - worst_first.size();
    worst_first.insert(worst_first.end(), kept.begin(),
                       kept.begin() + static_cast<std::ptrdiff_t>(std::min(room, kept.size())));
  }
  return worst_first;
}

}  // namespace pipectl
