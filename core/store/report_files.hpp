#pragma once

// What the reports of a stage said, kept with the run: for `report`, for the merged artifacts and
// as the baseline of later runs.
//
//     runs/ID/reports/NAME/summary.json     metrics and gates
//     runs/ID/reports/NAME/findings.jsonl   one finding in each line
//     runs/ID/reports/NAME/tests.jsonl      one test case in each line
//     runs/ID/reports/NAME/waived.jsonl     findings that are let pass, and why
//     runs/ID/reports/NAME/baseline/        the committed findings that they were compared with
//     runs/ID/reports/NAME/samples.jsonl    the measurements behind durations
//
// Files, not rows: a report may hold a hundred thousand findings, which nobody queries, while a
// transition of the run must cost microseconds. They are written before the stage's end goes into
// the journal; a crash leaves a folder without summary.json, which counts as none.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/report.hpp"

namespace pipectl::store {

[[nodiscard]] std::filesystem::path reports_dir(const std::filesystem::path& run_dir,
                                                std::string_view stage);

/// The committed findings that those of this folder were compared with, in the same form.
[[nodiscard]] std::filesystem::path committed_baseline_dir(const std::filesystem::path& dir);

struct ReportSummary {
  report::Metrics metrics;
  std::vector<report::GateVerdict> gates;
  std::uint64_t left_out{0};  ///< findings and tests beyond what is kept (64 MiB of each)
};

/// Writes one folder, replacing what an earlier attempt left. Texts must be redacted already. A
/// full disk is Fault::infrastructure and names the file. One thread.
class ReportWriter {
 public:
  [[nodiscard]] static Result<ReportWriter> create(const std::filesystem::path& dir);
  ReportWriter(ReportWriter&&) noexcept;
  ReportWriter& operator=(ReportWriter&&) noexcept;
  ~ReportWriter();

  Result<void> put(const report::Finding& finding);
  Result<void> put(const report::TestCase& test);
  Result<void> put_waived(const report::Finding& finding, std::string_view why);
  /// `of` as in ReportSink::samples.
  Result<void> put_samples(std::string_view of, const report::Samples& samples);
  /// Makes what was put so far readable by others.
  Result<void> flush();
  /// Completes the folder; call once, last.
  Result<void> finish(const report::Metrics& metrics,
                      const std::vector<report::GateVerdict>& gates);

 private:
  struct Files;
  explicit ReportWriter(std::unique_ptr<Files> files);
  std::unique_ptr<Files> files_;
};

/// Nothing where no complete folder is.
[[nodiscard]] Result<std::optional<ReportSummary>> read_report_summary(
    const std::filesystem::path& dir);
/// In the order in which they were written; a line that a crash cut is left out. `take` returns
/// false to stop.
Result<void> for_each_finding(const std::filesystem::path& dir,
                              const std::function<bool(const report::Finding&)>& take);
/// None where the folder is of a version that had no waivers.
Result<void> for_each_waived(
    const std::filesystem::path& dir,
    const std::function<bool(const report::Finding&, const std::string& why)>& take);
/// Those of one name; nothing where the stage, or its version of pipectl, told none.
[[nodiscard]] Result<std::optional<report::Samples>> read_samples(const std::filesystem::path& dir,
                                                                  std::string_view of);
Result<void> for_each_test(const std::filesystem::path& dir,
                           const std::function<bool(const report::TestCase&)>& take);

}  // namespace pipectl::store
