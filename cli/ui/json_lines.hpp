#pragma once

#include <memory>

#include "cli/ui/terminal.hpp"
#include "cli/ui/transcript.hpp"

namespace pipectl::ui {

/// `--ui json`: one JSON object a line, `{"v":1,"ts":…,"event":…,"run":…,…}`, keys always in the
/// same order, always UTF-8 (what is none becomes U+FFFD). Output is one object a line, without the
/// line break; a line longer than 64 KiB comes in several.
///
/// A reader ignores events and keys that it does not know; `v` changes when one goes or changes its
/// meaning.
///
/// In a GitHub log even a part of JSON could be taken for a workflow command (`##[…]`): there the
/// bracket is written as \u005b, which means the same.
[[nodiscard]] std::unique_ptr<Transcript> make_json_transcript(CiLog ci_log);

}  // namespace pipectl::ui
