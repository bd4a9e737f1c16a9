#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace pipectl::cli {

/// Adds to `stage` what its reports said: `metrics`, `gates`, `tests`, `findings`, `load`. With
/// `baseline` (the reports of an earlier run) each finding is new or known.
void add_reports(nlohmann::ordered_json& stage, const std::filesystem::path& reports,
                 const std::optional<std::filesystem::path>& baseline);

/// `coverage`, `p95`, `findings`, `tests`, as far as there are; for trends.
void add_figures(nlohmann::ordered_json& stage, const std::filesystem::path& reports);

/// `artifacts`: the files of a folder.
void add_artifacts(nlohmann::ordered_json& stage, const std::filesystem::path& folder);

}  // namespace pipectl::cli
