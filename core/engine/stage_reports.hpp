#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/report_collector.hpp"
#include "core/engine/lenient_sink.hpp"
#include "core/engine/stage_job.hpp"
#include "core/engine/worker_emitter.hpp"
#include "core/store/report_files.hpp"

namespace pipectl {

class KeptReports;

/// What a stage's reports say, and whether its gates hold. A report that is missing, older than the
/// run, empty or broken fails the stage: "no report" is never "no findings".
class StageReports {
 public:
  StageReports(const StageJob& job, const JobTools& tools, WorkerEmitter& emit);
  ~StageReports();

  /// Before each attempt: what an earlier one measured is forgotten. Null when nobody asks for
  /// measurements of the kind's own.
  Result<ReportSink*> begin();
  /// After run(), still in its place: runs the tests that failed again where the stage's file says
  /// so. The outcome changes only when that is cut short.
  void rerun_failed_tests(Outcome& outcome, StageContext& context);
  /// After an attempt: reads the reports and decides the gates. A good outcome with an exit code
  /// other than 0 is of a tool that says it found something, with its last words as the reason: it
  /// becomes failed when the reports hold nothing. A good outcome may become failed; a
  /// failed one keeps its reason and gets its summary, but becomes good when all that failed are
  /// tests that are flaky or let to.
  void judge(Outcome& outcome, const std::filesystem::path& directory);
  /// After the last attempt: tells the sinks what was measured.
  void publish();

 private:
  [[nodiscard]] bool in_use() const noexcept;
  [[nodiscard]] Outcome run_again(const std::vector<std::string>& tests,
                                  StageContext& context) const;
  Result<void> read_all(const std::filesystem::path& directory);
  Result<void> read_rerun(const std::filesystem::path& directory);
  struct File {
    std::filesystem::path path;
    const std::string& shown;
  };
  Result<void> read_one(const ReportSpec& report, const std::filesystem::path& directory,
                        ReportSink& sink);
  Result<void> read_file(const ReportReader& reader, const File& file, ReportSink& sink);
  void excuse(Outcome& outcome);
  void tell_waived(Outcome& outcome) const;
  Result<void> decide(const std::filesystem::path& directory);
  Result<report::GateVerdict> decide(const Gate& gate, const Bound& bound);
  Result<void> compare(const std::filesystem::path& directory);
  Result<std::optional<std::filesystem::path>> baseline_of(std::string_view metric,
                                                           const std::filesystem::path& directory);
  Result<std::filesystem::path> keep_baseline(const std::filesystem::path& directory);

  const StageJob& job_;
  const JobTools& tools_;
  WorkerEmitter& emit_;
  std::vector<ReportSpec> reports_;
  std::vector<Gate> gates_;
  Measures::Own own_;
  std::unique_ptr<KeptReports> spool_;
  std::optional<ReportCollector> collector_;
  const StageLeniency& leniency_;
  LenientSink lenient_;
  std::optional<Result<void>> read_;           ///< of this attempt
  std::vector<const ReportSpec*> with_tests_;  ///< those of reports_ that told of tests
  report::Metrics metrics_;
  std::map<std::string, report::Interval, std::less<>> intervals_;  ///< of changes in metrics_
  std::vector<report::GateVerdict> verdicts_;
  std::vector<std::string> waived_;  ///< gates that do not hold and are let pass
};

}  // namespace pipectl
