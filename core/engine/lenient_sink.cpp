#include "core/engine/lenient_sink.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

using report::Finding;
using report::TestCase;
using report::TestOutcome;

bool has_failed(const TestCase& test) {
  return test.outcome == TestOutcome::failed || test.outcome == TestOutcome::error;
}

/// An absent pattern matches everything.
bool fits(const std::string& pattern, const Glob& compiled, std::string_view text) {
  return pattern.empty() || compiled.matches(text);
}

/// `lodash` of `lodash@4.17.20`; the `@` of a scope is part of the name.
std::string_view without_version(std::string_view package) {
  const auto at = package.rfind('@');
  return at == std::string_view::npos || at == 0 ? package : package.substr(0, at);
}

std::string place_of(const Finding& finding) {
  return finding.line == 0 ? finding.path : fmt::format("{}:{}", finding.path, finding.line);
}

report::Metric count_of(std::string name, std::size_t count) {
  return {std::move(name), static_cast<double>(count), report::Unit::count, report::Merge::most};
}

}  // namespace

LenientSink::LenientSink(const StageLeniency& leniency, WallTime now)
    : waivers_(leniency.waivers), flaky_(leniency.flaky), now_(now) {
  for (const Waiver& waiver : waivers_)
    if (waiver.gate.empty() && !is_expired(waiver.excuse, now_))
      findings_.push_back(
          {&waiver, wildcard(waiver.rule), wildcard(waiver.package), Glob(waiver.path), false});
  for (const Quarantine& quarantine : flaky_.quarantine)
    if (!is_expired(quarantine.excuse, now_))
      tests_.push_back({&quarantine, wildcard(quarantine.test)});
}

void LenientSink::begin(ReportCollector& to) {
  to_ = &to;
  held_.clear();
  passed_.clear();
  more_passed_ = quarantined_ = 0;
  too_many_ = counted_ = false;
  for (auto& rule : findings_) rule.used = false;
  tell_counts();
}

/// Also as zeros, so that a gate can ask for them.
void LenientSink::tell_counts() {
  const auto expired = [this](const auto& one) { return is_expired(one.excuse, now_); };
  if (!waivers_.empty()) {
    to_->metric(count_of("findings.waived", 0));
    const auto count = std::ranges::count_if(waivers_, expired);
    to_->metric(count_of("waivers.expired", static_cast<std::size_t>(count)));
  }
  if (flaky_.quarantine.empty()) return;
  to_->metric(count_of("tests.quarantined", 0));
  const auto count = std::ranges::count_if(flaky_.quarantine, expired);
  to_->metric(count_of("quarantine.expired", static_cast<std::size_t>(count)));
}

void LenientSink::finding(Finding finding) {
  for (auto& [waiver, rule, package, path, used] : findings_) {
    const bool is_package = fits(waiver->package, package, finding.package) ||
                            package.matches(without_version(finding.package));
    if (!is_package || !fits(waiver->rule, rule, finding.rule) ||
        !fits(waiver->path, path, finding.path))
      continue;
    used = true;
    const std::string why = describe(waiver->excuse);
    remember(fmt::format("waived {}: {} {}", why, finding.rule,
                         finding.path.empty() ? finding.package : place_of(finding)));
    return to_->waived(std::move(finding), why);
  }
  to_->finding(std::move(finding));
}

const Quarantine* LenientSink::quarantine_of(const TestCase& test) const {
  const std::string whole = test.suite.empty() ? test.name : test.suite + "." + test.name;
  for (const auto& [quarantine, name] : tests_)
    if (name.matches(test.name) || name.matches(whole)) return quarantine;
  return nullptr;
}

void LenientSink::test(TestCase test) {
  if (!has_failed(test)) return to_->test(std::move(test));
  if (held_.size() < held_at_most) return held_.push_back(std::move(test));
  too_many_ = true;
  if (const auto* const one = quarantine_of(test))
    quarantine(test, *one);
  else
    counted_ = true;
  to_->test(std::move(test));
}

/// It counts as skipped: it was run, but nobody listens to what it says.
void LenientSink::quarantine(TestCase& test, const Quarantine& quarantine) {
  const std::string why = "quarantined " + describe(quarantine.excuse);
  remember(fmt::format("{}: {}{}{} failed", why, test.suite, test.suite.empty() ? "" : " › ",
                       test.name));
  test.outcome = TestOutcome::skipped;
  test.message = test.message.empty() ? why : why + "\n" + test.message;
  ++quarantined_;
}

void LenientSink::remember(std::string note) {
  constexpr std::size_t most = 20;
  if (passed_.size() < most)
    passed_.push_back(std::move(note));
  else
    ++more_passed_;
}

std::vector<std::string> LenientSink::failed_tests() const {
  std::vector<std::string> names;
  if (too_many_) return names;
  for (const TestCase& test : held_)
    if (has_failed(test) && quarantine_of(test) == nullptr)
      names.push_back(fmt::format("{}\t{}", test.suite, test.name));
  return names;
}

bool LenientSink::has_failed_tests() const {
  return counted_ || std::ranges::any_of(held_, [this](const TestCase& test) {
           return has_failed(test) && quarantine_of(test) == nullptr;
         });
}

bool LenientSink::excuses_failure() const {
  return (!held_.empty() || too_many_) && !has_failed_tests();
}

void LenientSink::settle(const Rerun& rerun) {
  for (TestCase& test : held_)
    if (has_failed(test) && rerun.passed(test)) test.outcome = TestOutcome::flaky;
}

void LenientSink::release() {
  for (TestCase& test : held_) {
    const Quarantine* const one = has_failed(test) ? quarantine_of(test) : nullptr;
    if (one != nullptr) quarantine(test, *one);
    to_->test(std::move(test));
  }
  held_.clear();
  if (quarantined_ > 0) to_->metric(count_of("tests.quarantined", quarantined_));
}

std::optional<std::string> LenientSink::waiver_of(std::string_view gate) const {
  for (const Waiver& waiver : waivers_)
    if (waiver.gate == gate && !is_expired(waiver.excuse, now_)) return describe(waiver.excuse);
  return std::nullopt;
}

std::vector<std::string> LenientSink::notes() const {
  std::vector<std::string> notes = passed_;
  if (more_passed_ > 0) notes.push_back(fmt::format("and {} more were let pass", more_passed_));
  for (const Waiver& waiver : waivers_)
    if (is_expired(waiver.excuse, now_))
      notes.push_back(fmt::format("the waiver of {} expired on {}: {}", describe(waiver),
                                  to_text(waiver.excuse.expires), waiver.excuse.reason));
  for (const Quarantine& quarantine : flaky_.quarantine)
    if (is_expired(quarantine.excuse, now_))
      notes.push_back(fmt::format("the quarantine of {} expired on {}: {}", quarantine.test,
                                  to_text(quarantine.excuse.expires), quarantine.excuse.reason));
  for (const auto& rule : findings_)
    if (!rule.used)
      notes.push_back(
          fmt::format("the waiver of {} matches nothing any more", describe(*rule.waiver)));
  return notes;
}

bool LenientSink::Rerun::passed(const TestCase& test) const {
  const auto hit = passed_.find({test.suite, test.name});
  return hit != passed_.end() && hit->second;
}

void LenientSink::Rerun::test(TestCase test) {
  const bool good = test.outcome == TestOutcome::passed || test.outcome == TestOutcome::flaky;
  const auto [entry, fresh] = passed_.try_emplace({test.suite, test.name}, good);
  if (!fresh) entry->second = entry->second && good;
}

}  // namespace pipectl
