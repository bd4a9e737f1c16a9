#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::cli {

/// Writes what the reports of all stages said into one file of each kind, below the run's
/// artifacts:
///   findings.sarif               SARIF 2.1.0
///   junit.xml                    one suite for each stage
///   gl-code-quality-report.json  the findings as GitLab reads them
/// A file is there only when a stage had such reports. Nothing is held in memory.
Result<void> write_merged_reports(const std::filesystem::path& run_dir,
                                  const std::vector<std::string>& stages);

}  // namespace pipectl::cli
