#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/api/coverage_map.hpp"
#include "core/api/hash_counts.hpp"
#include "core/api/report_reader.hpp"
#include "core/base/sha256.hpp"

namespace pipectl {

/// Where every finding, test case and sample goes, so that none has to stay in memory.
class ReportSpool {
 public:
  virtual ~ReportSpool() = default;
  virtual Result<void> put(const report::Finding& finding) = 0;
  virtual Result<void> put(const report::TestCase& test) = 0;
  /// As ReportSink::samples. Who does not compare runs leaves it.
  virtual Result<void> put_samples(std::string_view /*of*/, const report::Samples& /*samples*/) {
    return {};
  }
  /// A finding that does not count, and why. Who does not look at these leaves it.
  virtual Result<void> put_waived(const report::Finding& /*finding*/, std::string_view /*why*/) {
    return {};
  }
};

/// Merges the reports of one stage into metrics, and keeps of findings and failed tests what a
/// person can look through: the worst first, in bounded memory (a few megabytes at most). Long
/// texts are cut. One thread.
class ReportCollector final : public ReportSink {
 public:
  /// Applied to every text that came from outside; empty: nothing is changed.
  using Redact = std::function<std::string(std::string_view)>;
  /// `spool` may be null; it is not owned.
  explicit ReportCollector(Redact redact = {}, ReportSpool* spool = nullptr)
      : redact_(std::move(redact)), spool_(spool) {}

  void counts(Counts counts) override;
  void metric(report::Metric metric) override;
  void samples(std::string_view of, const report::Samples& samples) override;
  void finding(report::Finding finding) override;
  /// One that is let pass: it is kept, and counts as `findings.waived` only.
  void waived(report::Finding finding, std::string_view why);
  void test(report::TestCase test) override;
  void line(std::string_view file, std::uint32_t line, Hit hit) override;
  void branch(std::string_view file, std::uint32_t line, std::uint32_t way, Hit hit) override;

  /// What has been measured, with what follows from it: shares, rates, counts.
  [[nodiscard]] report::Metrics metrics() const;
  /// At most `kept_at_most`, the worst first, then in the order in which they were told.
  [[nodiscard]] std::vector<report::Finding> findings() const;
  /// Those that failed and the flaky ones.
  [[nodiscard]] const std::vector<report::TestCase>& remarkable_tests() const noexcept {
    return tests_;
  }
  /// Why what was told could not all be taken in: the spool's disk is full, there is too much.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

  static constexpr std::size_t kept_at_most = 1'000;

 private:
  [[nodiscard]] bool has(Counts counts) const noexcept;
  void clean(std::string& text, std::size_t most) const;
  void clean(report::Finding& finding);
  [[nodiscard]] std::string fingerprint_of(const report::Finding& finding);
  void check(const Result<void>& spooled);
  void add_tests(report::Metrics& metrics) const;
  void add_findings(report::Metrics& metrics) const;
  void add_coverage(report::Metrics& metrics) const;
  static void add_error_rates(report::Metrics& metrics);

  Redact redact_;
  ReportSpool* spool_;
  std::array<bool, 4> counted_{};
  report::Metrics metrics_;
  CoverageMap coverage_;
  std::array<std::uint64_t, std::size(report::all_severities)> by_severity_{};
  std::array<std::vector<report::Finding>, std::size(report::all_severities)> findings_;
  std::uint64_t waived_{0};
  std::array<std::uint64_t, 5> by_outcome_{};
  double test_seconds_{0};
  std::vector<report::TestCase> tests_;
  Sha256 digest_;
  HashCounts alike_;  ///< findings that differ in place only
  std::optional<Error> failure_;
};

}  // namespace pipectl
