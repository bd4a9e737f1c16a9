#include "core/store/outbox.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <mutex>

#include "core/base/sha256.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/database.hpp"
#include "core/store/io_error.hpp"
#include "core/store/migrations/migrations.hpp"
#include "core/store/run_rows.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

class LockedTurn final : public OutboxTurn {
 public:
  explicit LockedTurn(UniqueFd lock) : lock_(std::move(lock)) {}

 private:
  UniqueFd lock_;
};

class SqliteOutbox final : public Outbox {
 public:
  SqliteOutbox(std::unique_ptr<Database> database, fs::path locks, std::string file)
      : database_(std::move(database)), locks_(std::move(locks)), file_(std::move(file)) {}

  Result<void> store(std::span<const NewPost> posts, WallTime at) override {
    return write([&]() -> Result<void> {
      for (const NewPost& post : posts) put(post, milliseconds_of(at));
      return {};
    });
  }

  Result<std::optional<WaitingPost>> next(const std::string& target) override {
    return read([&]() -> Result<std::optional<WaitingPost>> {
      auto row = database_->query(
          "SELECT id, run, key, payload, stored, attempts, problem FROM post "
          "WHERE file = ?1 AND target = ?2 ORDER BY coalesce(place, id), id LIMIT 1");
      if (!row.bind(file_, target).step()) return std::nullopt;
      return WaitingPost{row.integer(0),
                         row.text(1),
                         row.text(2),
                         row.text(3),
                         time_of(row.integer(4)),
                         static_cast<int>(row.integer(5)),
                         row.text(6)};
    });
  }

  Result<std::size_t> waiting(const std::string& target) override {
    return read([&]() -> Result<std::size_t> {
      auto row = database_->query("SELECT count(*) FROM post WHERE file = ?1 AND target = ?2");
      row.bind(file_, target).step();
      return static_cast<std::size_t>(row.integer(0));
    });
  }

  Result<std::map<std::string, std::size_t>> waiting() override {
    return read([&]() -> Result<std::map<std::string, std::size_t>> {
      std::map<std::string, std::size_t> counts;
      auto row = database_->query("SELECT target, count(*) FROM post WHERE file = ?1 GROUP BY 1");
      row.bind(file_);
      while (row.step()) counts[row.text(0)] = static_cast<std::size_t>(row.integer(1));
      return counts;
    });
  }

  Result<void> remove(std::int64_t id) override {
    return write([&]() -> Result<void> {
      database_->query("DELETE FROM post WHERE id = ?1").bind(id).run();
      return {};
    });
  }

  Result<void> remove_run(const std::string& target, const std::string& run) override {
    return write([&]() -> Result<void> {
      database_->query("DELETE FROM post WHERE file = ?1 AND target = ?2 AND run = ?3")
          .bind(file_, target, run)
          .run();
      return {};
    });
  }

  Result<void> postpone(const WaitingPost& post) override {
    return write([&]() -> Result<void> {
      database_->query("UPDATE post SET attempts = ?2, problem = ?3 WHERE id = ?1")
          .bind(post.id, post.attempts, post.problem)
          .run();
      return {};
    });
  }

  Result<std::optional<std::string>> recall(const std::string& target,
                                            const std::string& name) override {
    return read([&]() -> Result<std::optional<std::string>> {
      auto row = database_->query(
          "SELECT value FROM memory WHERE file = ?1 AND target = ?2 AND name = ?3");
      if (!row.bind(file_, target, name).step()) return std::nullopt;
      return row.text(0);
    });
  }

  Result<void> remember(const std::string& target, const std::string& name,
                        const std::string& value, WallTime at) override {
    return write([&]() -> Result<void> {
      database_
          ->query(
              "INSERT OR REPLACE INTO memory (file, target, name, value, stored) "
              "VALUES (?1, ?2, ?3, ?4, ?5)")
          .bind(file_, target, name, value, milliseconds_of(at))
          .run();
      return {};
    });
  }

  Result<std::size_t> forget_before(WallTime time) override {
    return write([&]() -> Result<std::size_t> {
      const std::int64_t limit = milliseconds_of(time);
      auto old = database_->query("SELECT count(*) FROM post WHERE stored < ?1");
      old.bind(limit).step();
      const auto posts = static_cast<std::size_t>(old.integer(0));
      database_->query("DELETE FROM post WHERE stored < ?1").bind(limit).run();
      database_->query("DELETE FROM memory WHERE stored < ?1").bind(limit).run();
      return posts;
    });
  }

  Result<std::unique_ptr<OutboxTurn>> take_turn(const std::string& target) override;

 private:
  void put(const NewPost& post, std::int64_t at) {
    database_
        ->query(
            "INSERT INTO post (file, target, run, key, payload, stored, place) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
            "(SELECT min(min(CASE WHEN key = ?7 THEN coalesce(place, id) ELSE id END, "
            "CASE WHEN ?8 AND run = ?3 THEN id - 1 ELSE id END)) FROM post "
            "WHERE file = ?1 AND target = ?2 AND (key = ?7 OR (?8 AND run = ?3))))")
        .bind(file_, post.target, post.run, post.key, post.payload, at, post.supersedes,
              post.turn == Turn::first ? 1 : 0)
        .run();
    if (post.supersedes.empty()) return;
    database_
        ->query(
            "DELETE FROM post WHERE file = ?1 AND target = ?2 AND key = ?3 "
            "AND id < last_insert_rowid()")
        .bind(file_, post.target, post.supersedes)
        .run();
  }

  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work> {
    const std::lock_guard lock{mutex_};
    return database_->read(std::forward<Work>(work));
  }
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work> {
    const std::lock_guard lock{mutex_};
    return database_->write(Durability::full, std::forward<Work>(work));
  }

  std::mutex mutex_;
  const std::unique_ptr<Database> database_;  ///< protected by mutex_
  const fs::path locks_;
  const std::string file_;
};

/// flock(), for its locks exclude two openers in one process, too. The file stays: taking it away
/// would let two processes hold locks on two files of one name.
Result<std::unique_ptr<OutboxTurn>> SqliteOutbox::take_turn(const std::string& target) {
  const auto name = "outbox-" + sha256_hex(file_ + '\0' + target).substr(0, 16) + ".lock";
  UniqueFd lock(::open((locks_ / name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return io_error("open", locks_ / name, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
    return std::make_unique<LockedTurn>(std::move(lock));
  if (errno == EWOULDBLOCK || errno == EINTR) return nullptr;
  return io_error("lock", locks_ / name, errno);
}

}  // namespace

fs::path outbox_file(const fs::path& state_dir) { return state_dir / "outbox.db"; }

Result<std::unique_ptr<Outbox>> Outbox::open(const fs::path& state_dir, std::string pipeline_file) {
  TRY(prepare_state_dir(state_dir));
  TRY(make_private_dir(state_dir / "locks"));
  auto database = TRY(Database::open(outbox_file(state_dir), migrations::of_outbox()));
  return std::make_unique<SqliteOutbox>(std::move(database), state_dir / "locks",
                                        std::move(pipeline_file));
}

}  // namespace pipectl::store
