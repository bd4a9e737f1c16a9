#pragma once

#include <memory>

#include "cli/ui/ci_dialect.hpp"
#include "cli/ui/failures.hpp"
#include "cli/ui/terminal.hpp"
#include "cli/ui/transcript.hpp"

namespace pipectl::ui {

/// The log of a CI job: the output of each stage folded in a group of its own, results between the
/// groups, failures unfolded at the end.
///
/// Groups cannot interleave. So one running stage is in front and streams; the others are held
/// (HeldOutput) until they end or come to the front; a group that was closed for another one, or
/// for a line between groups, goes on in a second group.
[[nodiscard]] std::unique_ptr<Transcript> make_grouped_transcript(
    const Terminal& terminal, std::unique_ptr<CiDialect> dialect, LogPath log_path,
    PlaceOf place_of);

}  // namespace pipectl::ui
