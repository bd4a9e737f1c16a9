#pragma once

#include <memory>
#include <string>

#include "cli/ui/ci_dialect.hpp"
#include "cli/ui/failures.hpp"
#include "cli/ui/plain.hpp"
#include "cli/ui/terminal.hpp"
#include "core/base/clock.hpp"
#include "core/model/run_event.hpp"

namespace pipectl::ui {

/// What `run` tells its view.
struct UiOptions {
  UiMode mode{UiMode::automatic};
  int fd{1};  ///< the view is the output of `run`: stdout
  Timestamps timestamps{Timestamps::off};
  LogPath log_path;          ///< may be empty
  PlaceOf place_of;          ///< where a stage stands in the file; may be empty
  std::string step_summary;  ///< $GITHUB_STEP_SUMMARY, or empty
};

/// The sink that shows a run: live, plain, JSON Lines, or the log of a CI system. `clock` must
/// outlive it. What could not be written is told on stderr when it has finished; its `error()` is
/// that of JSON Lines alone, which another program asked for: a run that loses them has failed.
[[nodiscard]] std::unique_ptr<EventSink> make_ui(const UiOptions& options, const Terminal& terminal,
                                                 const Clock& clock);

}  // namespace pipectl::ui
