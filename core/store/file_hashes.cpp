#include "core/store/file_hashes.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <ctime>
#include <system_error>

#include "core/base/sha256.hpp"
#include "core/base/text.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;
using Kind = FoundFile::Kind;

constexpr std::int64_t million = 1'000'000;

/// The clock that the kernel stamps files with, in nanoseconds.
std::int64_t file_clock() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec * 1'000 * million + now.tv_nsec;
}

/// Two ticks of the slowest kernel clock.
constexpr std::int64_t moment = 20 * million;

bool is_settled(const FileState& state, std::int64_t read_at) noexcept {
  return state.mtime + moment < read_at && state.ctime + moment < read_at;
}

std::int64_t as_integer(std::uint64_t value) noexcept { return static_cast<std::int64_t>(value); }

tl::unexpected<Error> changing(const fs::path& file) {
  return fail(Fault::step, fmt::format("{} changes while it is read", printable(file.native())),
              "let no other stage write it at the same time");
}

struct Read {
  FileState state;
  std::string hash;
  bool settled{false};
};

/// Reads until the file stays the same while it is read.
Result<Read> read_steady(const fs::path& file) {
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    const std::int64_t now = file_clock();
    const auto before = look_at(file, Links::follow);
    if (!before) return changing(file);
    std::string hash = TRY(sha256_file(file));
    const auto after = look_at(file, Links::follow);
    if (after && after->state == before->state)
      return Read{before->state, std::move(hash), is_settled(before->state, now)};
  }
  return changing(file);
}

}  // namespace

Result<std::vector<std::string>> FileHashes::marks_of(const fs::path& root,
                                                      const std::vector<FoundFile>& files) {
  std::vector<std::string> marks = TRY(hashes_of(root, files));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Kind kind = files[i].kind;
    if (kind == Kind::file)
      marks[i].insert(0, (files[i].mode & 0111U) != 0 ? "x" : "-");
    else if (kind != Kind::folder && kind != Kind::other)
      marks[i] = TRY(mark_of_link(root / files[i].path));
  }
  return marks;
}

Result<std::vector<std::string>> FileHashes::hashes_of(const fs::path& root,
                                                       const std::vector<FoundFile>& files) {
  std::vector<std::string> hashes(files.size());
  TRY(look_up(files, hashes));
  std::vector<Known> fresh;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].kind != Kind::file || !hashes[i].empty()) continue;
    Read read = TRY(read_steady(root / files[i].path));
    hashes[i] = read.hash;
    if (read.settled) fresh.push_back({read.state, std::move(read.hash)});
  }
  if (!fresh.empty()) TRY(store(fresh));
  return hashes;
}

Result<void> FileHashes::look_up(const std::vector<FoundFile>& files,
                                 std::vector<std::string>& hashes) {
  const std::lock_guard lock(shared_.mutex);
  bool complete = true;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].kind != Kind::file) continue;
    const FileState& state = files[i].state;
    const auto known = known_.find({state.device, state.inode});
    if (known != known_.end() && known->second.state == state)
      hashes[i] = known->second.hash;
    else
      complete = false;
  }
  if (complete) return {};
  return shared_.database->read_together([&] { return look_up_stored(files, hashes); });
}

Result<void> FileHashes::look_up_stored(const std::vector<FoundFile>& files,
                                        std::vector<std::string>& hashes) {
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].kind == Kind::file && hashes[i].empty())
      hashes[i] = TRY(stored_hash(files[i].state));
  return {};
}

Result<std::string> FileHashes::stored_hash(const FileState& state) {
  auto row = shared_.database->query(
      "SELECT hash FROM file WHERE device = ?1 AND inode = ?2 AND size = ?3 AND mtime = ?4 AND "
      "ctime = ?5");
  row.bind(as_integer(state.device), as_integer(state.inode), as_integer(state.size), state.mtime,
           state.ctime);
  if (!row.step()) return std::string();
  std::string hash = row.text(0);
  known_.insert_or_assign(Key{state.device, state.inode}, Known{state, hash});
  return hash;
}

Result<void> FileHashes::store(const std::vector<Known>& fresh) {
  const std::lock_guard lock(shared_.mutex);
  for (const Known& one : fresh)
    known_.insert_or_assign(Key{one.state.device, one.state.inode}, one);
  return shared_.database->write(Durability::normal, [&]() -> Result<void> {
    auto insert = shared_.database->query(
        "INSERT OR REPLACE INTO file (device, inode, size, mtime, ctime, hash, seen) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    for (const Known& one : fresh) {
      insert.again();
      insert
          .bind(as_integer(one.state.device), as_integer(one.state.inode),
                as_integer(one.state.size), one.state.mtime, one.state.ctime, one.hash,
                file_clock() / million)
          .run();
    }
    return {};
  });
}

Result<std::string> FileHashes::mark_of_link(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::read_symlink(link, error);
  if (error) return changing(link);
  std::string mark = "l" + sha256_hex(target.native());
  const auto there = look_at(link, Links::follow);
  if (!there || there->type != S_IFREG) return mark;
  const FoundFile file{link.native(), Kind::file, there->mode, there->state};
  return mark + TRY(hashes_of("", {file})).front();
}

}  // namespace pipectl::store
