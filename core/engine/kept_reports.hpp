#pragma once

#include <utility>
#include <vector>

#include "core/api/report_collector.hpp"
#include "core/store/report_files.hpp"

namespace pipectl {

/// What goes through a collector is kept with the run.
class KeptReports final : public ReportSpool {
 public:
  explicit KeptReports(store::ReportWriter writer) : writer_(std::move(writer)) {}
  Result<void> put(const report::Finding& finding) override { return writer_.put(finding); }
  Result<void> put(const report::TestCase& test) override { return writer_.put(test); }
  Result<void> put_waived(const report::Finding& finding, std::string_view why) override {
    return writer_.put_waived(finding, why);
  }
  Result<void> put_samples(std::string_view of, const report::Samples& samples) override {
    return writer_.put_samples(of, samples);
  }
  Result<void> flush() { return writer_.flush(); }
  Result<void> finish(const report::Metrics& metrics,
                      const std::vector<report::GateVerdict>& gates) {
    return writer_.finish(metrics, gates);
  }

 private:
  store::ReportWriter writer_;
};

}  // namespace pipectl
