#pragma once

// Who used which secret, when. Never a value.
//
// Where: audit.db in the state directory, beside runs.db: SQLite in WAL mode.
//
// Constraints:
//   - A use is stored before the secret is handed out, so kill -9 cannot hide one. A power loss may
//     take the last lines.
//   - It outlives the runs that it tells of: what was pruned still used its secrets. So nothing
//     refers to runs.db, and lines are kept for a time of their own.
//   - Workers write it, not the engine's thread: so it is a file of its own, with a connection of
//     its own.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl::store {

struct SecretUse {
  WallTime at{};
  std::string run{};
  std::string role{};      ///< of the user: `stage`, `notify`, `source`; `rotate`, `retire`, `undo`
  std::string user{};      ///< the stage, the entry of `notify:`; empty for `source`
  std::string secret{};    ///< its name
  std::string provider{};  ///< `env`, `vault`, …; `--secrets-file`
  std::string source{};    ///< in words: `DB_PASSWORD`, `secret/api#key`
};

/// Lines of all runs of one state directory. Safe from any thread. Errors are
/// Fault::infrastructure.
class AuditLog {
 public:
  static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& state_dir);
  /// Without making anything: null where there is none yet.
  static Result<std::unique_ptr<AuditLog>> open_existing(const std::filesystem::path& state_dir);
  virtual ~AuditLog() = default;

  /// All of them or none; stored when it returns. Lines that are older than 400 days go.
  virtual Result<void> add(std::span<const SecretUse> uses) = 0;

  /// Empty: any.
  struct Filter {
    std::string run{};
    std::string user{};
    std::string secret{};
  };
  /// The newest `most`, oldest of them first.
  virtual Result<std::vector<SecretUse>> list(const Filter& filter, std::size_t most) = 0;
};

}  // namespace pipectl::store
