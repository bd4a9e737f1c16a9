#pragma once

#include <span>
#include <string>
#include <variant>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/exec/executor.hpp"
#include "core/model/outcome.hpp"

namespace pipectl::store {

namespace transition {
/// Before anything of it runs. `why` is for `explain`: `changed: src/a.c, +2 more`; may be empty.
struct StageStarted {
  std::string stage;
  int attempt{1};
  std::string why{};
};
/// Why a started stage runs, where that is known only then: `changed: src/a.c, +2 more`.
struct StageReason {
  std::string stage;
  std::string why;
};
/// Right after the spawn.
struct ProcessSpawned {
  std::string stage;
  ProcessId process;
};
/// From here on never repeated.
struct StageEnded {
  std::string stage;
  Outcome outcome;
};
/// What a kind must know to go on after a crash (a deploy: what ran before it). Written with full
/// synchronisation.
struct StageNote {
  std::string stage;
  std::string key;
  std::string value;
};
struct RunEnded {
  int exit_code{0};
};
}  // namespace transition

using Transition =
    std::variant<transition::StageStarted, transition::StageReason, transition::ProcessSpawned,
                 transition::StageEnded, transition::StageNote, transition::RunEnded>;

/// What makes a run survive kill -9. Every transition is appended *before* it is acted on; a failed
/// append ends the run as Fault::infrastructure. Called by the engine's thread only.
class Journal {
 public:
  virtual ~Journal() = default;
  /// All of them in one transaction, in order. An error means that none is stored; the store stays
  /// intact. A stage that is started again loses its old outcome, and a run that had ended is
  /// unfinished again; notes stay until they are replaced. An unknown stage is Fault::bug.
  virtual Result<void> append(std::span<const Transition> transitions, WallTime at) = 0;
};

/// Where the output of stages goes, beside the journal. Called by the engine's thread only.
class LogWriter {
 public:
  virtual ~LogWriter() = default;
  /// Appends to the log of the stage; makes the file at the first byte. Where the log already
  /// holds an earlier attempt, a separator line comes first. A full disk is Fault::infrastructure
  /// and names the file.
  virtual Result<void> write(const std::string& stage, Stream stream, std::string_view text) = 0;
  /// The stage's attempt has ended: closes the file.
  virtual void close(const std::string& stage) = 0;
};

}  // namespace pipectl::store
