#include "core/store/audit_log.hpp"

#include <algorithm>
#include <mutex>
#include <system_error>

#include "core/store/database.hpp"
#include "core/store/migrations/migrations.hpp"
#include "core/store/run_rows.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kept_for{24 * 400};

fs::path database_file(const fs::path& state_dir) { return state_dir / "audit.db"; }

SecretUse use_of(const Query& row) {
  return {time_of(row.integer(0)),
          row.text(1),
          row.text(2),
          row.text(3),
          row.text(4),
          row.text(5),
          row.text(6)};
}

class SqliteAuditLog final : public AuditLog {
 public:
  explicit SqliteAuditLog(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Result<void> add(std::span<const SecretUse> uses) override {
    if (uses.empty()) return {};
    const std::lock_guard lock(mutex_);
    return database_->write(Durability::normal, [&]() -> Result<void> {
      for (const SecretUse& use : uses)
        database_
            ->query(
                "INSERT INTO secret_use (at, run, role, user, secret, provider, source) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .bind(milliseconds_of(use.at), use.run, use.role, use.user, use.secret, use.provider,
                  use.source)
            .run();
      database_->query("DELETE FROM secret_use WHERE at < ?1")
          .bind(milliseconds_of(uses.front().at - kept_for))
          .run();
      return {};
    });
  }

  Result<std::vector<SecretUse>> list(const Filter& filter, std::size_t most) override {
    const std::lock_guard lock(mutex_);
    return database_->read([&]() -> Result<std::vector<SecretUse>> {
      auto row = database_->query(
          "SELECT at, run, role, user, secret, provider, source FROM secret_use "
          "WHERE (?1 = '' OR run = ?1) AND (?2 = '' OR user = ?2) AND (?3 = '' OR secret = ?3) "
          "ORDER BY id DESC LIMIT ?4");
      row.bind(filter.run, filter.user, filter.secret, static_cast<std::int64_t>(most));
      std::vector<SecretUse> uses;
      while (row.step()) uses.push_back(use_of(row));
      std::reverse(uses.begin(), uses.end());
      return uses;
    });
  }

 private:
  std::mutex mutex_;
  const std::unique_ptr<Database> database_;
};

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(const fs::path& state_dir) {
  TRY(prepare_state_dir(state_dir));
  auto database = TRY(Database::open(database_file(state_dir), migrations::of_audit()));
  return std::make_unique<SqliteAuditLog>(std::move(database));
}

Result<std::unique_ptr<AuditLog>> AuditLog::open_existing(const fs::path& state_dir) {
  std::error_code error;
  if (!fs::exists(database_file(state_dir), error)) return std::unique_ptr<AuditLog>{};
  return open(state_dir);
}

}  // namespace pipectl::store
