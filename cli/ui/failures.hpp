#pragma once

#include <functional>
#include <string>

#include "cli/ui/run_model.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::ui {

/// Where the whole log of a stage lies, as a person would open it; empty: there is none.
using LogPath = std::function<std::string(const std::string& run, const std::string& stage)>;

/// The last lines of a failed stage: left out where they stand right above.
enum class Tails { shown, left_out };

/// The last lines of one failed stage under its reason, then its hint and the path of its log.
[[nodiscard]] std::string unfold_failure(const StageView& stage, const std::string& log_path,
                                         const Terminal& terminal, Tails tails = Tails::shown);

/// First who did not run because of whom, then every failure, the root cause last. Empty when
/// nothing failed.
[[nodiscard]] std::string unfold_failures(const RunModel& model, const LogPath& log_path,
                                          const Terminal& terminal, Tails tails = Tails::shown);

}  // namespace pipectl::ui
