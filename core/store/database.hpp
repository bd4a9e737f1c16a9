#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/result.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace pipectl::store {

/// One step of a schema: from version `number - 1` to `number`. Never changed once released.
struct Migration {
  int number;
  const char* sql;
};

/// How much a transaction must survive. Both survive kill -9 at any moment; only `full` is also
/// sure to survive a power loss.
enum class Durability { normal, full };

/// A statement that is prepared once for each connection and lent out. Giving it back resets it:
/// one left standing in the middle of its rows would hold a read transaction open and keep the
/// write-ahead log from being folded back.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) noexcept : statement_(&statement) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Binds the values to ?1, ?2, … in order. Text is copied: SQLite keeps the place until the
  /// reset.
  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (put(++index, values), ...);
    return *this;
  }
  /// True while there is a row.
  bool step();
  /// For a statement without rows. Returns how many rows it changed.
  int run();
  /// Makes it ready for another set of values.
  void again();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;

 private:
  void put(int index, std::int64_t value);
  void put(int index, int value) { put(index, static_cast<std::int64_t>(value)); }
  void put(int index, std::string_view value);
  void put(int index, std::nullopt_t);
  template <class Value>
  void put(int index, const std::optional<Value>& value) {
    if (value)
      put(index, *value);
    else
      put(index, std::nullopt);
  }

  SQLite::Statement* statement_;
};

/// One connection to one SQLite database in WAL mode, its schema up to date. Used by one thread at
/// a time. SQLite's exceptions end here: work that touches statements runs inside read() or
/// write().
class Database {
 public:
  /// Makes the file when it is not there. Refuses one with a newer schema than `migrations` knows.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                std::span<const Migration> migrations);
  /// Nothing is opened before prepare().
  explicit Database(std::filesystem::path file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// The first step of open(); an error leaves a database that only tells its flaw.
  Result<void> prepare(std::span<const Migration> migrations);

  /// What is wrong with the file itself, so that another one in its place would help.
  enum class Flaw {
    none,
    content,  ///< damaged, of another schema, or no database at all
    access,   ///< may not be read and written
  };
  /// As the last error showed it.
  [[nodiscard]] Flaw flaw() const noexcept { return flaw_; }
  /// Whether the file in this place is still the one that was opened.
  [[nodiscard]] bool is_in_place() const noexcept;

  /// `sql` is a literal: its address is the key under which the statement is kept.
  [[nodiscard]] Query query(const char* sql);
  [[nodiscard]] std::int64_t last_row_id() const noexcept;

  /// Runs `work() -> Result<T>` without a transaction: each of its statements stands for itself.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work> {
    try {
      return work();
    } catch (const std::exception&) {
      return tl::unexpected(current_error());
    }
  }

  /// As read(), with one state of the database for all of its statements. Cheaper where they are
  /// many: each statement by itself takes and gives back the locks.
  template <class Work>
  auto read_together(Work&& work) -> std::invoke_result_t<Work> {
    return read([&]() -> std::invoke_result_t<Work> {
      Transaction transaction(*this, Access::read);
      return work();
    });
  }

  /// Runs `work() -> Result<T>` in one transaction: all of it is stored, or nothing.
  template <class Work>
  auto write(Durability durability, Work&& work) -> std::invoke_result_t<Work> {
    return read([&]() -> std::invoke_result_t<Work> {
      const Synchronous synchronous(*this, durability);
      Transaction transaction(*this, Access::write);
      auto result = work();
      if (result) transaction.commit();
      return result;
    });
  }

 private:
  /// The setting may change only outside of a transaction.
  class Synchronous {
   public:
    Synchronous(Database& database, Durability durability);
    ~Synchronous();
    Synchronous(const Synchronous&) = delete;
    Synchronous& operator=(const Synchronous&) = delete;

   private:
    Database& database_;
    Durability durability_;
  };
  enum class Access { read, write };
  /// A writer takes the lock at once, so that it can never fail half-way for another one.
  class Transaction {
   public:
    Transaction(Database& database, Access access);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Database& database_;
    bool open_{true};
  };

  void connect();
  [[nodiscard]] int version();
  Result<void> migrate(std::span<const Migration> migrations);
  Result<void> apply(std::span<const Migration> migrations);
  /// Of the exception that is being handled; notes the flaw.
  [[nodiscard]] Error current_error();
  [[nodiscard]] Flaw flaw_of(int code) const noexcept;
  [[nodiscard]] Error describe(int code, const char* text) const;

  struct Identity {
    std::uint64_t device{0};
    std::uint64_t inode{0};
    bool operator==(const Identity&) const = default;
  };
  [[nodiscard]] Identity identity() const noexcept;

  const std::filesystem::path file_;
  Flaw flaw_{Flaw::none};
  Identity opened_;
  std::unique_ptr<SQLite::Database> connection_;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace pipectl::store
