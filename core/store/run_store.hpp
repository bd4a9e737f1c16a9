#pragma once

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
  std::string pipeline;         ///< name
  std::string file;             ///< absolute path of the pipeline file
  std::string digest;           ///< sha256 over the file and its includes
  std::string workspace;        ///< absolute
  Event event;
  GitInfo git;
  std::map<std::string, std::string> params;      ///< -p
  std::map<std::string, std::string> variables;   ///< -e and --env-file
  std::string environment;                        ///< -E
  std::string selection;                          ///< JSON, made and read by the engine
  std::string options;                            ///< JSON: jobs, keep_going, worktree, …
  std::vector<std::string> stages;                ///< node names in plan order
};

struct StageRecord {
  std::string name;
  std::optional<Outcome> outcome;           ///< absent: never ended
  int attempt{0};                           ///< 0: never started
  std::optional<ProcessId> process;         ///< last one spawned
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
  std::map<std::string, std::string> notes; ///< StageNote
};

struct RunRecord {
  std::string id;       ///< sorts by time
  long number{0};       ///< 1, 2, 3 … per state directory
  RunRequest request;
  WallTime started{};
  std::optional<WallTime> ended;
  std::optional<int> exit_code;  ///< absent: unfinished (or running, when its lock is held)
  std::vector<StageRecord> stages;  ///< in plan order; empty in listings
};

struct Limits {
  std::size_t runs{200};                         ///< how many are kept
  std::uint64_t bytes{2ULL << 30U};              ///< logs and artifacts together
  std::chrono::hours age{24 * 30};
};

/// Held while a run works on a workspace; released by the kernel when the process dies.
class WorkspaceLock {
 public:
  virtual ~WorkspaceLock() = default;
};

/// The run store below one state directory (`.pipectl/`). Opening makes the directory (0700, with a
/// .gitignore of `*`) and migrates the schema. Errors are Fault::infrastructure and name the path.
class RunStore {
 public:
  static Result<std::unique_ptr<RunStore>> open(const std::filesystem::path& state_dir);
  /// Without making anything: nothing where there is no store yet.
  static Result<std::unique_ptr<RunStore>> open_existing(const std::filesystem::path& state_dir);
  virtual ~RunStore() = default;

  /// Refused with the holder's pid, run and start time when another pipectl holds it.
  virtual Result<std::unique_ptr<WorkspaceLock>> lock_workspace(
      const std::filesystem::path& workspace, const std::string& run_id) = 0;

  virtual Result<RunRecord> create(const RunRequest& request, WallTime at) = 0;
  virtual std::unique_ptr<Journal> journal(const std::string& run_id) = 0;
  virtual std::unique_ptr<LogWriter> logs(const std::string& run_id) = 0;

  /// `id` may be a unique prefix, a number (`#12` or `12`), or `latest`. Fault::usage when there is none.
  virtual Result<RunRecord> load(const std::string& id) = 0;
  virtual Result<std::optional<RunRecord>> latest(const std::string& pipeline_file) = 0;
  virtual Result<std::vector<RunRecord>> list(std::size_t most) = 0;

  [[nodiscard]] virtual std::filesystem::path run_dir(const std::string& run_id) const = 0;
  [[nodiscard]] virtual std::filesystem::path log_file(const std::string& run_id,
                                                       const std::string& stage) const = 0;
  [[nodiscard]] virtual std::filesystem::path cache_dir() const = 0;

  /// Removes the oldest runs over the limits, never one that is unfinished and younger than a day.
  /// Returns how many runs and bytes went.
  struct Pruned { std::size_t runs{0}; std::uint64_t bytes{0}; };
  virtual Result<Pruned> prune(const Limits& limits, WallTime now) = 0;
  virtual Result<void> remove(const std::string& run_id) = 0;
};

}  // namespace pipectl::store
