#include "core/store/cache_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/io_error.hpp"
#include "core/store/retention.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

fs::path beside(const fs::path& file, std::string_view ending) {
  return {file.native() + std::string(ending)};
}

/// The log goes first: left behind, it would be taken for one of the new database.
Result<void> set_aside(const fs::path& file) {
  const fs::path aside = beside(file, ".damaged");
  TRY(remove_tree(aside));
  if (::rename(beside(file, "-wal").c_str(), beside(aside, "-wal").c_str()) != 0 && errno != ENOENT)
    return io_error("set aside", beside(file, "-wal"), errno);
  if (::unlink(beside(file, "-shm").c_str()) != 0 && errno != ENOENT)
    return io_error("remove", beside(file, "-shm"), errno);
  if (::rename(file.c_str(), aside.c_str()) != 0 && errno != ENOENT)
    return io_error("set aside", file, errno);
  return {};
}

/// Held by the one process that sets aside: the folder itself serves as the lock.
Result<UniqueFd> take_turn(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return io_error("open", folder, errno);
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return io_error("lock", folder, errno);
  return fd;
}

Result<OpenedCache> begin_anew(const fs::path& file, std::span<const Migration> migrations,
                               const std::string& cause) {
  TRY(set_aside(file));
  OpenedCache opened{TRY(Database::open(file, migrations)), {}};
  opened.note = fmt::format("{}; begun anew, what was there is {} now", cause,
                            printable(beside(file, ".damaged").filename().native()));
  return opened;
}

}  // namespace

Result<OpenedCache> open_cache_database(const fs::path& file,
                                        std::span<const Migration> migrations) {
  if (auto opened = Database::open(file, migrations)) return OpenedCache{std::move(*opened), {}};
  const UniqueFd turn = TRY(take_turn(file.parent_path()));
  // Another process may have been faster, or just about to set it aside.
  auto database = std::make_unique<Database>(file);
  const auto prepared = database->prepare(migrations);
  if (prepared) return OpenedCache{std::move(database), {}};
  if (database->flaw() == Database::Flaw::none) return tl::unexpected(prepared.error());
  database.reset();
  return begin_anew(file, migrations, prepared.error().message);
}

Result<OpenedCache> renew_cache_database(const Database& damaged, const fs::path& file,
                                         std::span<const Migration> migrations) {
  const UniqueFd turn = TRY(take_turn(file.parent_path()));
  if (!damaged.is_in_place()) return OpenedCache{TRY(Database::open(file, migrations)), {}};
  return begin_anew(file, migrations,
                    fmt::format("{}: the database is damaged", printable(file.native())));
}

}  // namespace pipectl::store
