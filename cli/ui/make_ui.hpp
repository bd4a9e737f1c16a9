#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/ui/ci_dialect.hpp"
#include "cli/ui/failures.hpp"
#include "cli/ui/plain.hpp"
#include "cli/ui/terminal.hpp"
#include "core/base/clock.hpp"
#include "core/model/run_event.hpp"

namespace pipectl::ui {

/// What was not shown to the end, and why: data that a program asked for, or a view for people.
enum class Lost { data, view };
using OnLost = std::function<void(Lost lost, const std::string& why)>;

/// What `run` tells its view.
struct UiOptions {
  UiMode mode{UiMode::automatic};
  int fd{1};  ///< the view is the output of `run`: stdout
  Timestamps timestamps{Timestamps::off};
  LogPath log_path;          ///< may be empty
  PlaceOf place_of;          ///< where a stage stands in the file; may be empty
  std::string step_summary;  ///< $GITHUB_STEP_SUMMARY, or empty
  OnLost on_lost;            ///< called when the sink has finished; may be empty
};

/// The sink that shows a run: live, plain, JSON Lines, or the log of a CI system. `clock` must
/// outlive it.
[[nodiscard]] std::unique_ptr<EventSink> make_ui(const UiOptions& options, const Terminal& terminal,
                                                 const Clock& clock);

}  // namespace pipectl::ui
