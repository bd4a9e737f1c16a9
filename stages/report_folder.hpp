#pragma once

#include <filesystem>

#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

/// Where what a stage measures itself lies, below its working directory: `.pipectl-reports/STAGE/`.
inline constexpr const char* reports_folder = ".pipectl-reports";

[[nodiscard]] std::filesystem::path report_folder(const StageContext& context);
/// Made anew, empty; git ignores it. Fault::step when a link leads out of the workspace.
[[nodiscard]] Result<std::filesystem::path> make_report_folder(const StageContext& context);

}  // namespace pipectl::stages
