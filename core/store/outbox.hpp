#pragma once

// What pipectl has to tell the world and has not told yet.
//
// Where: outbox.db in the state directory, beside runs.db: SQLite in WAL mode, synchronous FULL.
//
// Constraints:
//   - A post is on disk before it is sent, and goes away after it was taken: whatever dies in
//   between,
//     it is sent, at worst twice.
//   - Posts of one target (an entry of one file's `notify:`) are sent in the order in which they
//   were
//     stored, also those that another run left behind. So at most one process delivers for a
//     target: the one that holds its lock.
//   - A service takes a post a second, a run makes hundreds, and a CI job waits half a minute for
//     them. So what supersedes a waiting post takes its place, not the last one, and how a run
//     ended goes ahead of all that waits of it.
//   - Waiting for the disk must not delay a run. So it is a file of its own: a journal that shared
//   it
//     would wait for each post.
//
// What a crash can leave: a post that was sent and is still there, an id that was not remembered.
//
// Rejected: a file for each post. Superseding and the memory of ids would need transactions over
// several files.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl::store {

enum class Turn {
  in_order,
  first,  ///< of its run
};

struct NewPost {
  std::string target;
  std::string run;
  std::string key;
  std::string supersedes;  ///< waiting posts of the target with this key go away; empty: none
  std::string payload;
  Turn turn{Turn::in_order};
};

struct WaitingPost {
  std::int64_t id{0};
  std::string run;
  std::string key;
  std::string payload;
  WallTime stored{};
  int attempts{0};
  std::string problem;
};

/// Where the outbox of a state directory is, once there was something to tell.
[[nodiscard]] std::filesystem::path outbox_file(const std::filesystem::path& state_dir);

/// Held by the one process that delivers for a target; released by the kernel when it dies.
class OutboxTurn {
 public:
  virtual ~OutboxTurn() = default;
};

/// The posts of one pipeline file. Safe from any thread. Errors are Fault::infrastructure.
class Outbox {
 public:
  static Result<std::unique_ptr<Outbox>> open(const std::filesystem::path& state_dir,
                                              std::string pipeline_file);
  virtual ~Outbox() = default;

  /// All of them or none; on disk when it returns.
  virtual Result<void> store(std::span<const NewPost> posts, WallTime at) = 0;
  /// The one that a target gets next.
  virtual Result<std::optional<WaitingPost>> next(const std::string& target) = 0;
  virtual Result<std::size_t> waiting(const std::string& target) = 0;
  /// How many wait for each target that has any.
  virtual Result<std::map<std::string, std::size_t>> waiting() = 0;
  /// It was taken, or given up. One that was superseded meanwhile is gone already.
  virtual Result<void> remove(std::int64_t id) = 0;
  /// What one run has to tell a target.
  virtual Result<void> remove_run(const std::string& target, const std::string& run) = 0;
  virtual Result<void> postpone(const WaitingPost& post) = 0;  ///< attempts, problem

  virtual Result<std::optional<std::string>> recall(const std::string& target,
                                                    const std::string& name) = 0;
  virtual Result<void> remember(const std::string& target, const std::string& name,
                                const std::string& value, WallTime at) = 0;
  /// What is older than `time`: posts of any file and target, how many of them is returned, and
  /// ids.
  virtual Result<std::size_t> forget_before(WallTime time) = 0;

  /// Nothing while another process, or another part of this one, has it.
  virtual Result<std::unique_ptr<OutboxTurn>> take_turn(const std::string& target) = 0;
};

}  // namespace pipectl::store
