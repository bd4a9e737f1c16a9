#pragma once

// What pipectl remembers of its runs.
//
// Where: one state directory (`.pipectl/` beside the pipeline file), mode 0700:
//     runs.db, -wal, -shm     what happened: SQLite in WAL mode, schema in migrations/
//     runs/ID/logs/*.log      what stages printed: plain files, readable with cat and tail
//     runs/ID/artifacts/      what stages made
//     runs/ID/work            the workspace of a run that does not use the working tree
//     locks/*.lock            who works on which workspace, where it cannot be written elsewhere
//     cache/                  may be deleted at any time
//
// Constraints:
//   - Every change of state is stored before it is acted on, thousands of times in a run: one
//     append must cost microseconds. So a stage is one row that changes in place, a transition one
//     small transaction, and the disk is not waited for but where the outside world is touched.
//   - kill -9 at any moment: whatever append() had returned for is there. A power loss may take the
//     last transitions, never a StageNote that was returned for, and never the database: SQLite
//     orders its writes.
//   - Several pipectl processes share one store: each holds the write lock for one transaction.
//   - An older pipectl refuses a newer schema instead of guessing; a newer one migrates.
//
// What a crash can leave: a run without exit code, a stage that was started and never ended, a log
// whose last line is cut, a folder of a run half removed. All of these are read as what they are;
// `run --resume` goes on from them and prune() takes them away.
//
// Rejected: an append-only text journal for each run. Appends are as fast, but resume, `runs` and
// `explain` would replay whole files through a parser of our own, a torn last line needs rules, and
// two processes need locking by hand. One file for each stage: a thousand files for every run, and
// no transaction over two of them. Logs inside the database: the write-ahead log would hold each
// gigabyte twice and `tail -f` would not work.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/model/outcome.hpp"
#include "core/model/run_info.hpp"
#include "core/store/journal.hpp"

namespace pipectl::store {

/// Everything that a resumed run needs to be the same run: what was asked for, of which file and
/// which commit. Never holds a secret value.
struct RunRequest {
  std::string pipeline;   ///< name
  std::string file;       ///< absolute path of the pipeline file
  std::string digest;     ///< sha256 over the file and its includes
  std::string workspace;  ///< absolute
  Event event;
  GitInfo git;
  std::map<std::string, std::string> params;     ///< -p
  std::map<std::string, std::string> variables;  ///< -e and --env-file
  std::string environment;                       ///< -E
  std::string selection;                         ///< JSON, made and read by the engine
  std::string options;                           ///< JSON: jobs, keep_going, worktree, …
  std::vector<std::string> stages;               ///< node names in plan order
  /// What each stage needs, as positions in `stages`, for `explain`; may be shorter than it.
  std::vector<std::vector<std::size_t>> needs{};
  /// Stages that are left out before the run begins, and why.
  struct LeftOut {
    std::size_t stage{0};
    SkipCause cause{SkipCause::deselected};
    std::string reason;
  };
  std::vector<LeftOut> left_out{};  ///< not read back: it is in the stages' outcomes
};

struct StageRecord {
  std::string name;
  std::vector<std::string> needs;    ///< names
  std::string why;                   ///< it was started: StageStarted
  std::optional<Outcome> outcome;    ///< absent: never ended
  int attempt{0};                    ///< 0: never started
  std::optional<ProcessId> process;  ///< last one spawned
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
  std::map<std::string, std::string> notes;  ///< StageNote
};

struct RunRecord {
  std::string id;  ///< sorts by time
  long number{0};  ///< 1, 2, 3 … per state directory
  RunRequest request;
  WallTime started{};
  std::optional<WallTime> ended;
  std::optional<int> exit_code;     ///< absent: unfinished (or running, when its lock is held)
  std::vector<StageRecord> stages;  ///< in plan order; empty in listings
  [[nodiscard]] const StageRecord* stage(std::string_view name) const noexcept;
};

struct Limits {
  std::size_t runs{200};             ///< how many are kept
  std::uint64_t bytes{2ULL << 30U};  ///< logs and artifacts together
  Milliseconds age{std::chrono::hours{24 * 30}};
};

/// Held while a run works on a workspace; released by the kernel when the process dies, and not
/// inherited by its children.
class WorkspaceLock {
 public:
  virtual ~WorkspaceLock() = default;
};

/// The run store below one state directory (`.pipectl/`). Opening makes the directory (0700, with a
/// .gitignore of `*`) and migrates the schema. Errors are Fault::infrastructure and name the path.
///
/// One thread uses it. Journals and log writers refer to it and end before it.
class RunStore {
 public:
  static Result<std::unique_ptr<RunStore>> open(const std::filesystem::path& state_dir);
  /// Without making anything: nothing where there is no store yet.
  static Result<std::unique_ptr<RunStore>> open_existing(const std::filesystem::path& state_dir);
  virtual ~RunStore() = default;

  /// Refused with the holder's pid, run and start time when another pipectl holds it.
  virtual Result<std::unique_ptr<WorkspaceLock>> lock_workspace(
      const std::filesystem::path& workspace, const std::string& run_id) = 0;

  /// Whether a living pipectl works on this run (it holds the lock of its workspace).
  [[nodiscard]] virtual bool is_running(const std::string& run_id) const = 0;

  virtual Result<RunRecord> create(const RunRequest& request, WallTime at) = 0;
  /// What a checkout found out, where the run began before it.
  virtual Result<void> set_git(const std::string& run_id, const GitInfo& git) = 0;
  /// Adds to what stages remember, from outside of the run: the answer that they wait for. All of
  /// it in one transaction, on disk when this returns. A run that has ended stays so. An unknown
  /// run or stage is Fault::usage.
  virtual Result<void> annotate(const std::string& run_id,
                                const std::vector<transition::StageNote>& notes) = 0;
  virtual std::unique_ptr<Journal> journal(const std::string& run_id) = 0;
  virtual std::unique_ptr<LogWriter> logs(const std::string& run_id) = 0;

  /// `id` may be a unique prefix, a number (`#12` or `12`), or `latest`. Fault::usage when there is
  /// none, or more than one.
  virtual Result<RunRecord> load(const std::string& id) = 0;
  virtual Result<std::optional<RunRecord>> latest(const std::string& pipeline_file) = 0;
  virtual Result<std::vector<RunRecord>> list(std::size_t most) = 0;  ///< newest first

  [[nodiscard]] virtual std::filesystem::path run_dir(const std::string& run_id) const = 0;
  /// The name is made from the stage's: always the same one, and no other stage has it.
  [[nodiscard]] virtual std::filesystem::path log_file(const std::string& run_id,
                                                       const std::string& stage) const = 0;
  [[nodiscard]] virtual std::filesystem::path artifacts_dir(const std::string& run_id,
                                                            const std::string& stage) const = 0;
  [[nodiscard]] virtual std::filesystem::path cache_dir() const = 0;

  /// What prune() took away.
  struct Pruned {
    std::size_t runs{0};
    std::uint64_t bytes{0};
  };
  /// Removes the oldest runs over the limits, never one that is running, nor one that is unfinished
  /// and younger than a day (it may be resumed), nor one that waits for an approval before it is
  /// too old. `now` before a run's start counts as no age.
  virtual Result<Pruned> prune(const Limits& limits, WallTime now) = 0;
  /// Removes one run: its folder, links in it not followed, then its record. Refused (Fault::usage)
  /// while it is running.
  virtual Result<void> remove(const std::string& run_id) = 0;
};

}  // namespace pipectl::store
