#include "core/store/retention.hpp"

#include <sys/stat.h>

#include <system_error>

#include "core/store/io_error.hpp"
#include "core/store/names.hpp"
#include "core/store/run_rows.hpp"
#include "core/store/workspace_lock.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

/// Younger unfinished runs may still be resumed.
constexpr std::chrono::hours resumable{24};

struct Candidate {
  std::string id;
  std::int64_t number{0};
  WallTime last;  ///< its end, or its start while it has none
  bool finished{false};
  bool waiting{false};  ///< for an approval
  std::optional<std::uint64_t> bytes;
};

/// Newest first.
Result<std::vector<Candidate>> read_candidates(Database& database) {
  std::vector<Candidate> all;
  auto rows = database.query(
      "SELECT id, number, coalesce(ended, started), exit_code IS NOT NULL, bytes, exit_code IS 4 "
      "FROM run "
      "ORDER BY number DESC");
  while (rows.step()) {
    Candidate one;
    one.id = rows.text(0);
    one.number = rows.integer(1);
    one.last = time_of(rows.integer(2));
    one.finished = rows.integer(3) != 0;
    if (const auto bytes = rows.maybe_integer(4)) one.bytes = static_cast<std::uint64_t>(*bytes);
    one.waiting = rows.integer(5) != 0;
    all.push_back(std::move(one));
  }
  return all;
}

Result<void> count_bytes(Database& database, std::vector<Candidate>& all, const fs::path& runs) {
  for (Candidate& one : all) {
    if (one.bytes || !is_run_id(one.id)) continue;
    one.bytes = size_of_tree(runs / one.id);
    if (!one.finished) continue;
    database.query("UPDATE run SET bytes = ?2 WHERE number = ?1 AND exit_code IS NOT NULL")
        .bind(one.number, static_cast<std::int64_t>(*one.bytes))
        .run();
  }
  return {};
}

bool must_stay(const Candidate& one, const PruneRequest& request) {
  if (!is_run_id(one.id)) return true;
  const bool young = request.now - one.last < resumable;
  const bool wanted = one.waiting && request.now - one.last <= request.limits.age;
  return (!one.finished && young) || wanted || is_held(request.runs_dir / one.id);
}

/// Gives every folder below back to its owner, so that its entries can go.
void open_folders(const fs::path& directory) {
  std::error_code ignored;
  static_cast<void>(::chmod(directory.c_str(), 0700));
  for (fs::recursive_directory_iterator it(directory, ignored), end; it != end;) {
    // The folder is opened only by the increment that follows.
    if (!it->is_symlink(ignored) && it->is_directory(ignored))
      static_cast<void>(::chmod(it->path().c_str(), 0700));
    it.increment(ignored);
  }
}

}  // namespace

Result<void> remove_tree(const fs::path& directory) {
  std::error_code error;
  fs::remove_all(directory, error);
  if (error == std::errc::permission_denied) {
    open_folders(directory);
    fs::remove_all(directory, error);
  }
  if (error) return io_error("remove", directory, error.value());
  return {};
}

std::uint64_t size_of_tree(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  constexpr auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(directory, options, error), end; !error && it != end;
       it.increment(error)) {
    struct stat info {};
    // Blocks, not lengths: a sparse file keeps less than it says.
    if (::lstat(it->path().c_str(), &info) == 0 && S_ISREG(info.st_mode))
      bytes += static_cast<std::uint64_t>(info.st_blocks) * 512U;
  }
  return bytes;
}

Result<std::vector<Doomed>> runs_over_limits(Database& database, const PruneRequest& request) {
  std::vector<Candidate> all = TRY(database.read([&] { return read_candidates(database); }));
  TRY(database.read([&] { return count_bytes(database, all, request.runs_dir); }));
  std::vector<Doomed> doomed;
  std::size_t kept = 0;
  std::uint64_t bytes = 0;
  for (const Candidate& one : all) {
    const std::uint64_t own = one.bytes.value_or(0);
    const bool too_old = request.now - one.last > request.limits.age;
    const bool over = kept + 1 > request.limits.runs || bytes + own > request.limits.bytes;
    if ((too_old || over) && !must_stay(one, request)) {
      doomed.push_back({one.id, own});
    } else {
      ++kept;
      bytes += own;
    }
  }
  return std::vector<Doomed>(doomed.rbegin(), doomed.rend());
}

}  // namespace pipectl::store
