#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/model/outcome.hpp"
#include "core/store/blob_store.hpp"
#include "core/store/name_values.hpp"

namespace pipectl::store {

/// What decides the result of a stage with `inputs`.
struct SkipRequest {
  std::string stage;  ///< node name
  std::string
      definition;  ///< all in the file that says what it does: kind, commands, image, shell, …
  EnvMap env;      ///< values of the file and the command line that reach it; no secret's
  std::filesystem::path workspace;
  std::filesystem::path directory;  ///< working directory; patterns are relative to it
  std::vector<std::string> inputs;  ///< see FilePattern; what `outputs` names is never an input
  std::vector<std::string> outputs;
  std::filesystem::path state_dir{};
};

/// What is known about a stage before it runs, and why.
struct SkipVerdict {
  enum class What {
    hit,              ///< the same inputs gave the result of `run`
    never_ran,        ///< no result of this stage is kept
    changed,          ///< `reason` says what
    outputs_missing,  ///< the same inputs, but neither outputs nor their archive are there
  };
  What what{What::never_ran};
  /// `inputs unchanged since run 2026…`, `changed: src/a.c, +2 more`, `never ran`,
  /// `outputs missing: dist/app`.
  std::string reason;
  std::vector<std::string> warnings;  ///< a pattern of `inputs` that finds nothing

  std::string run;      ///< on a hit: who made it
  Outputs values;       ///< on a hit: its `key=value` outputs
  std::string summary;  ///< on a hit: its summary
  bool intact{false};   ///< on a hit: its output files are there as it made them, and no others

  std::string key;   ///< of the inputs as they are now
  std::string blob;  ///< on a hit: archive of its output files, or empty
  NameValues files;  ///< on a hit: its output files, with their marks
};

/// Content-addressed skips: a stage whose definition, environment and input files are those of an
/// earlier success is not run; its outputs are put back where they are missing or different.
///
/// The key is a SHA-256 over the definition, the environment and, sorted, path, kind, execute bit
/// and content of every input file. It holds neither times nor absolute paths, so that a fresh
/// checkout finds the results of an older one. Results are kept in the cache directory and may be
/// lost at any time: then the stage runs. A damaged list of them is set aside and begun anew.
/// Safe from any thread and for any number of processes.
class SkipStore {
 public:
  static Result<std::unique_ptr<SkipStore>> open(const std::filesystem::path& cache_dir);
  virtual ~SkipStore() = default;

  /// Changes nothing in the workspace.
  virtual Result<SkipVerdict> look(const SkipRequest& request, const CancelToken& cancel) = 0;

  enum class Restored { yes, no };
  /// On a hit: makes what the output patterns name exactly what it was: also files that the result
  /// did not have go, neither through a link nor outside of the workspace. `no` when that cannot be
  /// had (the archive is gone or damaged, a link is in the way): the stage has to run.
  virtual Result<Restored> restore(const SkipRequest& request, const SkipVerdict& hit,
                                   const CancelToken& cancel) = 0;

  struct Recorded {
    bool kept{false};
    std::vector<std::string> warnings;  ///< why it was not kept
  };
  /// After a success. `before` is the verdict from before it ran. Not kept when the inputs have
  /// changed since, or an output was not made.
  virtual Result<Recorded> record(const SkipRequest& request, const SkipVerdict& before,
                                  const Outcome& outcome, const std::string& run_id,
                                  const CancelToken& cancel) = 0;

  /// What was found broken and mended since the last call, for people; mostly empty.
  virtual std::string take_note() = 0;

  /// Forgets what was not used for longer than `age`. The archives go with Cache::evict.
  virtual Result<void> forget(std::chrono::hours age, WallTime now) = 0;
};

/// What differs between two lists that a key is made of: `changed: src/a.c, +2 more`,
/// `env changed: NODE_ENV`, `definition changed`; empty when nothing does.
[[nodiscard]] std::string difference(const NameValues& before, const NameValues& after);

}  // namespace pipectl::store
