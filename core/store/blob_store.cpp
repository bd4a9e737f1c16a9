#include "core/store/blob_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/io_error.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".tar.zst";
/// A temporary file this old belongs to nobody any more.
constexpr std::chrono::hours abandoned{24};

/// Goes with the scope unless it was published.
class Temporary {
 public:
  explicit Temporary(const fs::path& folder) {
    std::uint64_t random = 0;
    static_cast<void>(!::getrandom(&random, sizeof random, 0));
    path_ = folder / fmt::format("{}-{:016x}.tmp", ::getpid(), random);
  }
  ~Temporary() { ::unlink(path_.c_str()); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

struct Blob {
  fs::path path;
  std::uint64_t bytes{0};
  WallTime used;
  bool temporary{false};
};

Result<std::vector<Blob>> read_blobs(const fs::path& folder) {
  std::vector<Blob> blobs;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    struct stat info {};
    if (::lstat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    blobs.push_back({it->path(), static_cast<std::uint64_t>(info.st_size),
                     std::chrono::system_clock::from_time_t(info.st_mtim.tv_sec),
                     it->path().extension() == ".tmp"});
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return io_error("read", folder, error.value());
  std::ranges::sort(blobs, {}, &Blob::used);
  return blobs;
}

bool is_digest(std::string_view name) noexcept {
  return name.size() == 64 && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

BlobStore::BlobStore(const fs::path& cache_dir) : folder_(cache_dir / "blobs") {}

fs::path BlobStore::file_of(const std::string& name) const {
  return folder_ / (name + std::string(ending));
}

bool BlobStore::has(const std::string& name) const noexcept {
  return is_digest(name) && ::access(file_of(name).c_str(), R_OK) == 0;
}

void BlobStore::touch(const std::string& name) const noexcept {
  if (is_digest(name)) ::utimensat(AT_FDCWD, file_of(name).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

Result<BlobStore::Stored> BlobStore::put(const fs::path& root, const std::vector<FoundFile>& files,
                                         const CancelToken& cancel) const {
  TRY(make_private_dir(folder_.parent_path()));
  TRY(make_private_dir(folder_));
  const Temporary temporary(folder_);
  const Packed packed = TRY(pack({root, files, temporary.path()}, cancel));
  const fs::path file = file_of(packed.sha256);
  if (::rename(temporary.path().c_str(), file.c_str()) != 0) return io_error("write", file, errno);
  return Stored{packed.sha256, packed.bytes};
}

Result<BlobStore::Fetch> BlobStore::get(const std::string& name, const fs::path& root,
                                        const std::vector<FilePattern>& allowed,
                                        const CancelToken& cancel) const {
  if (!has(name)) return Fetch::absent;
  const fs::path file = file_of(name);
  const auto digest = sha256_file(file);
  if (!digest && !has(name)) return Fetch::absent;  // evicted in between
  if (!digest) return fail(Fault::step, digest.error().message);
  if (*digest != name) {
    ::unlink(file.c_str());
    return fail(Fault::step, fmt::format("the archive {} is damaged", printable(file.native())));
  }
  touch(name);
  TRY(unpack({file, root, allowed}, cancel));
  return Fetch::restored;
}

Result<BlobStore::Evicted> BlobStore::evict(const CacheLimits& limits, WallTime now) const {
  const std::vector<Blob> blobs = TRY(read_blobs(folder_));
  std::uint64_t total = 0;
  for (const Blob& blob : blobs) total += blob.bytes;
  Evicted evicted;
  for (const Blob& blob : blobs) {
    const bool stale = now - blob.used > (blob.temporary ? abandoned : limits.age);
    if (!stale && (blob.temporary || total <= limits.bytes)) continue;
    if (::unlink(blob.path.c_str()) != 0 && errno != ENOENT)
      return io_error("remove", blob.path, errno);
    total -= blob.bytes;
    ++evicted.blobs;
    evicted.bytes += blob.bytes;
  }
  return evicted;
}

}  // namespace pipectl::store
