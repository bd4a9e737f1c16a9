#include "core/store/database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

/// How long to wait for the short transactions of another pipectl.
constexpr int busy_timeout_ms = 10'000;

/// Pages in the write-ahead log before it is folded into the database: 16 MiB. Folding costs two
/// syncs of the disk; the default of 4 MiB would stop a run of a thousand stages several times.
constexpr const char* settings =
    "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4096; "
    "PRAGMA journal_size_limit = 16777216; PRAGMA trusted_schema = OFF";

}  // namespace

Query::~Query() {
  statement_->tryReset();
  try {
    statement_->clearBindings();
  } catch (const SQLite::Exception&) {
    // The values would only live a little longer.
  }
}

bool Query::step() { return statement_->executeStep(); }
int Query::run() { return statement_->exec(); }
void Query::again() { statement_->reset(); }

std::int64_t Query::integer(int column) const { return statement_->getColumn(column).getInt64(); }
std::string Query::text(int column) const { return statement_->getColumn(column).getString(); }
bool Query::is_null(int column) const { return statement_->isColumnNull(column); }
std::optional<std::int64_t> Query::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

void Query::put(int index, std::int64_t value) { statement_->bind(index, value); }
void Query::put(int index, std::string_view value) { statement_->bind(index, std::string(value)); }
void Query::put(int index, std::nullopt_t) { statement_->bind(index); }

Database::Database(std::filesystem::path file) : file_(std::move(file)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                 std::span<const Migration> migrations) {
  auto database = std::make_unique<Database>(file);
  TRY(database->prepare(migrations));
  return database;
}

Result<void> Database::prepare(std::span<const Migration> migrations) {
  return read([&]() -> Result<void> {
    connect();
    TRY(migrate(migrations));
    opened_ = identity();
    return {};
  });
}

Database::Identity Database::identity() const noexcept {
  struct stat info {};
  if (::stat(file_.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

bool Database::is_in_place() const noexcept { return identity() == opened_; }

void Database::connect() {
  connection_ = std::make_unique<SQLite::Database>(
      file_.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
  connection_->exec(settings);
}

int Database::version() { return connection_->execAndGet("PRAGMA user_version").getInt(); }

Result<void> Database::migrate(std::span<const Migration> migrations) {
  const int newest = migrations.back().number;
  const int found = version();
  if (found > newest) {
    flaw_ = Flaw::content;
    return fail(Fault::infrastructure,
                fmt::format("{} was written by a newer pipectl (schema {}, this one knows {})",
                            printable(file_.native()), found, newest),
                "update pipectl, or let PIPECTL_STATE_DIR name another directory");
  }
  if (found == newest) return {};
  // Switching to WAL takes locks that SQLite's busy timeout does not wait for, so two first starts
  // at once take turns here.
  const auto lock_path = std::filesystem::path(file_.native() + ".lock");
  const UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return io_error("open", lock_path, errno);
  while (::flock(lock.get(), LOCK_EX) != 0)
    if (errno != EINTR) return io_error("lock", lock_path, errno);
  connection_->execAndGet("PRAGMA journal_mode = WAL");
  return apply(migrations);
}

Result<void> Database::apply(std::span<const Migration> migrations) {
  return write(Durability::full, [&]() -> Result<void> {
    const int found = version();
    for (const Migration& migration : migrations) {
      if (migration.number <= found) continue;
      connection_->exec(migration.sql);
      connection_->exec(fmt::format("PRAGMA user_version = {}", migration.number));
    }
    return {};
  });
}

Query Database::query(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(*connection_, sql);
  return Query(*statement);
}

std::int64_t Database::last_row_id() const noexcept { return connection_->getLastInsertRowid(); }

Database::Synchronous::Synchronous(Database& database, Durability durability)
    : database_(database), durability_(durability) {
  if (durability_ == Durability::full) database_.connection_->exec("PRAGMA synchronous = FULL");
}

Database::Synchronous::~Synchronous() {
  if (durability_ == Durability::full)
    database_.connection_->tryExec("PRAGMA synchronous = NORMAL");
}

Database::Transaction::Transaction(Database& database, Access access) : database_(database) {
  database_.query(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN").run();
}

void Database::Transaction::commit() {
  database_.query("COMMIT").run();
  open_ = false;
}

Database::Transaction::~Transaction() {
  // Where SQLite has rolled back by itself this does nothing.
  if (open_) database_.connection_->tryExec("ROLLBACK");
}

Error Database::current_error() {
  try {
    throw;
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    flaw_ = flaw_of(code);
    // The connection may be younger than its own failure to open.
    const int system = connection_ ? sqlite3_system_errno(connection_->getHandle()) : 0;
    if (code == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT))
      return describe(SQLITE_FULL, error.what());
    return describe(code, error.what());
  } catch (const std::exception& error) {
    return describe(SQLITE_ERROR, error.what());
  }
}

Database::Flaw Database::flaw_of(int code) const noexcept {
  switch (code & 0xff) {
    case SQLITE_ERROR:  // our statements are right: it is the tables that are not ours
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return Flaw::content;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: {
      struct stat info {};
      if (::lstat(file_.c_str(), &info) != 0) return Flaw::none;
      const bool usable = S_ISREG(info.st_mode) && ::access(file_.c_str(), R_OK | W_OK) == 0;
      return usable ? Flaw::none : Flaw::access;
    }
    default:
      return Flaw::none;
  }
}

Error Database::describe(int code, const char* text) const {
  const std::string name = printable(file_.native());
  const auto because = [&](std::string_view cause, std::string hint) {
    return Error{Fault::infrastructure, fmt::format("{}: {}", name, cause), std::move(hint)};
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      return because("no space left on the disk", way_out(ENOSPC));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return because(fmt::format("the database is damaged ({})", text),
                     "move it away, with its -wal and -shm files; the logs in runs/ stay readable");
    case SQLITE_BUSY:
      return because("another process keeps it locked", "see with 'fuser' which one, and end it");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return because(fmt::format("cannot be written ({})", text), way_out(EACCES));
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (is_disk_full(file_.parent_path())) return describe(SQLITE_FULL, text);
      return because(fmt::format("cannot be read or written ({})", text),
                     "PIPECTL_STATE_DIR must name a writable directory on a local disk");
    default:
      return because(text, {});
  }
}

}  // namespace pipectl::store
