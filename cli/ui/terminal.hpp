#pragma once

#include "core/base/diagnostic.hpp"
#include "core/base/env.hpp"

namespace pipectl::ui {

/// What the user asked for with `--ui`.
enum class UiMode { automatic, live, plain, json };

/// Which view shows the run.
enum class View { live, plain, json, github, gitlab };

enum class Glyphs { ascii, unicode };

/// A CI system whose log has folding commands of its own.
enum class CiLog { none, github, gitlab };

/// What is known about the output before anything is decided.
struct TerminalFacts {
  bool is_tty{false};
  int columns{0};  ///< 0: unknown
  int rows{0};     ///< 0: unknown
};

/// What the output can do, and what its reader wants.
struct Terminal {
  bool redraw{false};  ///< a terminal that understands cursor movement
  bool ci{false};      ///< CI is set: a person is not likely to be watching
  Colour colour{Colour::off};
  Glyphs glyphs{Glyphs::ascii};
  CiLog ci_log{CiLog::none};
  int columns{80};
  int rows{24};
};

/// Pure. NO_COLOR wins over CLICOLOR_FORCE; both as https://no-color.org and
/// https://bixense.com/clicolors have them: set and not empty, set and not `0`.
[[nodiscard]] Terminal decide(const TerminalFacts& facts, const EnvMap& environment);

/// Pure. An explicit mode holds as far as the output can do it: `live` needs a terminal.
[[nodiscard]] View choose_view(UiMode mode, const Terminal& terminal);

/// Asks the kernel about a descriptor.
[[nodiscard]] TerminalFacts query_terminal(int fd) noexcept;

}  // namespace pipectl::ui
