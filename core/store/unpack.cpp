#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/archive.hpp"
#include "core/store/archive_library.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = std::size_t{1} << 17U;

/// What the disk refuses is not the archive's fault.
bool is_disk_error(int error) noexcept {
  constexpr std::array disk{ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EIO, EMFILE, ENFILE, ENOMEM};
  return std::ranges::find(disk, error) != disk.end();
}

class Unpacker {
 public:
  Unpacker(const ArchiveLibrary& library, const UnpackRequest& request, fs::path root)
      : library_(library),
        request_(request),
        root_(std::move(root)),
        archive_(library.read_new(), library.read_free),
        disk_(library.disk_new(), library.write_free) {}

  Result<void> run(const CancelToken& cancel) {
    TRY(open());
    struct archive_entry* entry = nullptr;
    while (true) {
      if (cancel.cancelled()) return fail(Fault::cancelled, "stopped while unpacking files");
      const int status = library_.read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) return check(disk_.get(), library_.write_close(disk_.get()));
      TRY(check(archive_.get(), status));
      TRY(unpack_one(entry));
    }
  }

 private:
  Result<void> open() {
    fd_.reset(::open(request_.archive.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd_) return io_error("read", request_.archive, errno);
    // ARCHIVE_WARN of the filter says that it needs the zstd program; then opening tells.
    library_.read_support_filter_zstd(archive_.get());
    TRY(check(archive_.get(), library_.read_support_format_tar(archive_.get())));
    TRY(check(disk_.get(),
              library_.disk_set_options(disk_.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                                         ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                                         ARCHIVE_EXTRACT_SECURE_NODOTDOT)));
    return check(archive_.get(), library_.read_open_fd(archive_.get(), fd_.get(), block));
  }

  Result<void> unpack_one(struct archive_entry* entry) {
    TRY(judge(entry));
    const std::string name = library_.entry_pathname(entry);
    library_.entry_set_perm(entry, 0777U & library_.entry_perm(entry));
    // The root has no links in it (it is canonical); libarchive refuses those below it.
    library_.entry_set_pathname(entry, (root_ / name).c_str());
    TRY(check(disk_.get(), library_.write_header(disk_.get(), entry)));
    TRY(copy_content());
    return check(disk_.get(), library_.disk_finish_entry(disk_.get()));
  }

  /// Our own check, before libarchive's: only names that were asked for, only three kinds of
  /// things.
  Result<void> judge(struct archive_entry* entry) const {
    const char* const name = library_.entry_pathname(entry);
    const auto type = library_.entry_filetype(entry);
    const bool plain = type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK;
    if (name == nullptr || library_.entry_hardlink(entry) != nullptr || !plain)
      return damaged("an entry of a kind that pipectl does not write");
    const auto parts = split(name, '/');
    const bool inside = name[0] != '/' && std::ranges::find(parts, "..") == parts.end();
    if (inside && any_covers(request_.allowed, name)) return {};
    return damaged(fmt::format("'{}' does not belong into it", printable(name)));
  }

  Result<void> copy_content() {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (true) {
      const int status = library_.read_data_block(archive_.get(), &data, &size, &offset);
      if (status == ARCHIVE_EOF) return {};
      TRY(check(archive_.get(), status));
      if (library_.disk_data_block(disk_.get(), data, size, offset) < 0)
        return check(disk_.get(), ARCHIVE_FATAL);
    }
  }

  [[nodiscard]] Result<void> check(struct archive* archive, int status) const {
    if (status == ARCHIVE_OK) return {};
    const int error = library_.error_number(archive);
    if (is_disk_error(error)) return io_error("unpack files to", root_, error);
    const char* const text = library_.error_string(archive);
    return damaged(text != nullptr ? text : "unknown reason");
  }

  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view cause) const {
    return fail(Fault::step, fmt::format("the archive {} is not usable: {}",
                                         printable(request_.archive.native()), printable(cause)));
  }

  const ArchiveLibrary& library_;
  const UnpackRequest& request_;
  const fs::path root_;
  UniqueFd fd_;
  std::unique_ptr<struct archive, decltype(ArchiveLibrary::read_free)> archive_;
  std::unique_ptr<struct archive, decltype(ArchiveLibrary::write_free)> disk_;
};

}  // namespace

Result<void> unpack(const UnpackRequest& request, const CancelToken& cancel) {
  const ArchiveLibrary library = TRY(ArchiveLibrary::load());
  std::error_code error;
  fs::path root = fs::canonical(request.root, error);
  if (error) return io_error("unpack files to", request.root, error.value());
  return Unpacker(library, request, std::move(root)).run(cancel);
}

}  // namespace pipectl::store
