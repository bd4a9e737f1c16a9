#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/report_collector.hpp"
#include "core/base/glob.hpp"
#include "core/model/leniency.hpp"

namespace pipectl {

/// Stands between the readers of a stage's reports and what counts them, and applies what its file
/// lets pass: a waived finding does not count, a test that may fail counts as skipped, and tests
/// that failed are held back until it is known whether they only are flaky. One thread.
class LenientSink final : public ReportSink {
 public:
  /// `leniency` must outlive it.
  LenientSink(const StageLeniency& leniency, WallTime now);

  /// Before the reports of an attempt are read; `to` must outlive what follows.
  void begin(ReportCollector& to);
  /// The failed tests that are held back and are not let to fail, as `SUITE\tNAME`. Empty also when
  /// there are more than can be held back: then none is run again.
  [[nodiscard]] std::vector<std::string> failed_tests() const;
  /// Whether a test failed that counts as failed.
  [[nodiscard]] bool has_failed_tests() const;
  /// Whether tests failed, and each of them is flaky or let to.
  [[nodiscard]] bool excuses_failure() const;
  /// Takes in what the same tests did when they ran once more: one that passed there is flaky.
  class Rerun;
  void settle(const Rerun& rerun);
  /// Whether test cases were counted since the last call.
  [[nodiscard]] bool take_told_tests() noexcept { return std::exchange(told_tests_, false); }
  /// Hands on what is held back. Call once, after the last report.
  void release();

  /// The waiver of a gate that does not hold: `until 2026-12-31: why`.
  [[nodiscard]] std::optional<std::string> waiver_of(std::string_view gate) const;
  /// For people: what was let pass, what has expired, and which waivers match nothing.
  [[nodiscard]] std::vector<std::string> notes() const;

  void counts(Counts counts) override {
    if (counts == Counts::tests) told_tests_ = true;
    to_->counts(counts);
  }
  void metric(report::Metric metric) override { to_->metric(std::move(metric)); }
  void samples(std::string_view of, const report::Samples& samples) override {
    to_->samples(of, samples);
  }
  void finding(report::Finding finding) override;
  void test(report::TestCase test) override;
  void line(std::string_view file, std::uint32_t line, Hit hit) override {
    to_->line(file, line, hit);
  }
  void branch(std::string_view file, std::uint32_t line, std::uint32_t way, Hit hit) override {
    to_->branch(file, line, way, hit);
  }

  static constexpr std::size_t held_at_most = 1'000;

 private:
  struct FindingRule {
    const Waiver* waiver;
    Glob rule;
    Glob package;
    Glob path;
    bool used{false};
  };
  struct TestRule {
    const Quarantine* quarantine;
    Glob name;
  };

  [[nodiscard]] const Quarantine* quarantine_of(const report::TestCase& test) const;
  void tell_counts();
  void quarantine(report::TestCase& test, const Quarantine& quarantine);
  void remember(std::string note);

  const std::vector<Waiver>& waivers_;
  const FlakyPolicy& flaky_;
  const WallTime now_;
  std::vector<FindingRule> findings_;
  std::vector<TestRule> tests_;
  ReportCollector* to_{nullptr};
  std::vector<std::string> passed_;  ///< what was let pass, as far as a person reads it
  std::size_t more_passed_{0};
  std::size_t quarantined_{0};
  std::vector<report::TestCase> held_;
  bool told_tests_{false};
  bool too_many_{false};  ///< tests failed to be held back
  bool counted_{false};   ///< a test failed that is handed on already
};

/// What the tests of a rerun did; everything else that its reports say is left alone, for they tell
/// of a few tests only.
class LenientSink::Rerun final : public ReportSink {
 public:
  /// Ran, and passed each time.
  [[nodiscard]] bool passed(const report::TestCase& test) const;

  void counts(Counts /*counts*/) override {}
  void metric(report::Metric /*metric*/) override {}
  void finding(report::Finding /*finding*/) override {}
  void test(report::TestCase test) override;
  void line(std::string_view /*file*/, std::uint32_t /*line*/, Hit /*hit*/) override {}
  void branch(std::string_view /*file*/, std::uint32_t /*line*/, std::uint32_t /*way*/,
              Hit /*hit*/) override {}

 private:
  using Id = std::pair<std::string, std::string>;  ///< suite and name
  std::map<Id, bool> passed_;
};

}  // namespace pipectl
