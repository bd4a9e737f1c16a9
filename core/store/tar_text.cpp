#include "core/store/tar_text.hpp"

#include <fmt/format.h>

#include <memory>

#include "core/store/archive_library.hpp"

namespace pipectl::store {
namespace {

la_ssize_t append(struct archive* /*archive*/, void* text, const void* bytes, std::size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

class Tar {
 public:
  explicit Tar(const ArchiveLibrary& library)
      : library_(library),
        archive_(library.write_new(), library.write_free),
        entry_(nullptr, library.entry_free) {}

  Result<std::string> make(const std::vector<TarItem>& items) {
    struct archive* const archive = archive_.get();
    TRY(check(library_.write_set_format_pax(archive)));
    TRY(check(library_.write_set_bytes_per_block(archive, 0)));
    TRY(check(library_.write_open(archive, &text_, nullptr, &append, nullptr)));
    for (const TarItem& item : items) TRY(add(item));
    TRY(check(library_.write_close(archive)));
    return std::move(text_);
  }

 private:
  Result<void> check(int code) const {
    if (code == ARCHIVE_OK) return {};
    const char* const why = library_.error_string(archive_.get());
    return fail(Fault::infrastructure,
                fmt::format("libarchive makes no tar: {}", why == nullptr ? "no memory" : why));
  }

  Result<void> add(const TarItem& item) {
    const bool folder = item.path.ends_with('/');
    entry_.reset(library_.entry_new());
    library_.entry_set_pathname(entry_.get(), item.path.c_str());
    library_.entry_set_filetype(entry_.get(), folder ? AE_IFDIR : AE_IFREG);
    library_.entry_set_perm(entry_.get(), static_cast<__LA_MODE_T>(item.mode));
    library_.entry_set_size(entry_.get(), static_cast<la_int64_t>(item.content.size()));
    TRY(check(library_.write_header(archive_.get(), entry_.get())));
    const auto size = static_cast<la_ssize_t>(item.content.size());
    if (size > 0 &&
        library_.write_data(archive_.get(), item.content.data(), item.content.size()) != size)
      return check(ARCHIVE_FATAL);
    return {};
  }

  const ArchiveLibrary& library_;
  std::unique_ptr<struct archive, decltype(ArchiveLibrary::write_free)> archive_;
  std::unique_ptr<struct archive_entry, decltype(ArchiveLibrary::entry_free)> entry_;
  std::string text_;
};

}  // namespace

Result<std::string> tar_text(const std::vector<TarItem>& items) {
  const ArchiveLibrary library = TRY(ArchiveLibrary::load());
  return Tar{library}.make(items);
}

}  // namespace pipectl::store
