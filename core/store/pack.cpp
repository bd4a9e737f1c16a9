#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/archive.hpp"
#include "core/store/archive_library.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;
using Kind = FoundFile::Kind;

constexpr int block = 1 << 17;

tl::unexpected<Error> changed(const fs::path& file) {
  return fail(Fault::step, fmt::format("{} changed while it was packed", printable(file.native())));
}

/// Takes the archive's bytes from libarchive, which is C: no exception may pass.
struct Target {
  UniqueFd fd;
  Sha256 digest;
  std::uint64_t bytes{0};
  int error{0};

  static la_ssize_t write(struct archive* /*archive*/, void* self, const void* data,
                          std::size_t size) noexcept {
    auto& target = *static_cast<Target*>(self);
    const ssize_t put = ::write(target.fd.get(), data, size);
    if (put < 0) {
      target.error = errno;
      return -1;
    }
    const auto taken = static_cast<std::size_t>(put);
    target.digest.update({static_cast<const char*>(data), taken});
    target.bytes += taken;
    return put;
  }
};

class Packer {
 public:
  Packer(const ArchiveLibrary& library, const PackRequest& request, const CancelToken& cancel)
      : library_(library),
        request_(request),
        cancel_(cancel),
        archive_(library.write_new(), library.write_free),
        entry_(nullptr, library.entry_free) {}

  Result<Packed> run() {
    TRY(open());
    for (const FoundFile& file : request_.files) {
      if (cancel_.cancelled()) return fail(Fault::cancelled, "stopped while packing files");
      TRY(add(file));
    }
    TRY(check(library_.write_close(archive_.get())));
    return Packed{target_.bytes, target_.digest.hex()};
  }

 private:
  Result<void> open() {
    target_.fd.reset(
        ::open(request_.to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!target_.fd) return io_error("write", request_.to, errno);
    struct archive* const archive = archive_.get();
    TRY(check(library_.write_set_format_pax(archive)));
    TRY(check(library_.write_add_filter_zstd(archive)));
    // Names are bytes: whatever the locale, they are neither read nor converted.
    TRY(check(
        library_.write_set_options(archive, "pax:hdrcharset=BINARY,zstd:compression-level=3")));
    TRY(check(library_.write_set_bytes_per_block(archive, block)));
    TRY(check(library_.write_set_bytes_in_last_block(archive, 1)));
    return check(library_.write_open(archive, &target_, nullptr, &Target::write, nullptr));
  }

  Result<void> add(const FoundFile& file) {
    if (file.kind == Kind::other) return {};
    entry_.reset(library_.entry_new());
    library_.entry_set_pathname(entry_.get(), file.path.c_str());
    library_.entry_set_perm(entry_.get(), static_cast<mode_t>(file.mode));
    constexpr std::int64_t billion = 1'000'000'000;
    library_.entry_set_mtime(entry_.get(), file.state.mtime / billion,
                             static_cast<long>(file.state.mtime % billion));
    if (file.kind == Kind::folder) return add_plain(AE_IFDIR);
    return file.kind == Kind::file ? add_file(file) : add_link(file);
  }

  Result<void> add_plain(unsigned type) {
    library_.entry_set_filetype(entry_.get(), type);
    return check(library_.write_header(archive_.get(), entry_.get()));
  }

  Result<void> add_link(const FoundFile& file) {
    std::error_code error;
    const fs::path target = fs::read_symlink(request_.root / file.path, error);
    if (error) return changed(request_.root / file.path);
    library_.entry_set_symlink(entry_.get(), target.c_str());
    return add_plain(AE_IFLNK);
  }

  Result<void> add_file(const FoundFile& file) {
    const fs::path path = request_.root / file.path;
    const UniqueFd source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!source && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) return changed(path);
    if (!source) return io_error("read", path, errno);
    library_.entry_set_size(entry_.get(), static_cast<la_int64_t>(file.state.size));
    TRY(add_plain(AE_IFREG));
    return add_content(source.get(), file.state.size, path);
  }

  Result<void> add_content(int source, std::uint64_t size, const fs::path& path) {
    buffer_.resize(block);
    std::uint64_t left = size;
    while (true) {
      const ssize_t got = ::read(source, buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error("read", path, errno);
      const auto bytes = static_cast<std::uint64_t>(got);
      if (bytes > left || (bytes == 0 && left > 0)) return changed(path);
      if (bytes == 0) return {};
      left -= bytes;
      if (library_.write_data(archive_.get(), buffer_.data(), bytes) != got) return check(-1);
    }
  }

  [[nodiscard]] Result<void> check(int status) const {
    if (status == ARCHIVE_OK) return {};
    if (target_.error != 0) return io_error("write", request_.to, target_.error);
    const char* const text = library_.error_string(archive_.get());
    return fail(Fault::infrastructure, fmt::format("cannot write {}: {}", request_.to.native(),
                                                   text != nullptr ? text : "unknown reason"));
  }

  const ArchiveLibrary& library_;
  const PackRequest& request_;
  const CancelToken& cancel_;
  Target target_;  // outlives the archive, which flushes to it
  std::unique_ptr<struct archive, decltype(ArchiveLibrary::write_free)> archive_;
  std::unique_ptr<struct archive_entry, decltype(ArchiveLibrary::entry_free)> entry_;
  std::string buffer_;
};

}  // namespace

Result<Packed> pack(const PackRequest& request, const CancelToken& cancel) {
  const ArchiveLibrary library = TRY(ArchiveLibrary::load());
  return Packer(library, request, cancel).run();
}

}  // namespace pipectl::store
