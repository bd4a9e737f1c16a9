#include "core/store/archive_library.hpp"

namespace pipectl::store {
namespace {

void bind_writing(LazyLibrary& library, ArchiveLibrary& archive) {
  library.bind("archive_write_new", archive.write_new);
  library.bind("archive_write_free", archive.write_free);
  library.bind("archive_write_set_format_pax", archive.write_set_format_pax);
  library.bind("archive_write_add_filter_zstd", archive.write_add_filter_zstd);
  library.bind("archive_write_set_options", archive.write_set_options);
  library.bind("archive_write_set_bytes_per_block", archive.write_set_bytes_per_block);
  library.bind("archive_write_set_bytes_in_last_block", archive.write_set_bytes_in_last_block);
  library.bind("archive_write_open", archive.write_open);
  library.bind("archive_write_header", archive.write_header);
  library.bind("archive_write_data", archive.write_data);
  library.bind("archive_write_close", archive.write_close);
}

void bind_reading(LazyLibrary& library, ArchiveLibrary& archive) {
  library.bind("archive_read_new", archive.read_new);
  library.bind("archive_read_free", archive.read_free);
  library.bind("archive_read_support_format_tar", archive.read_support_format_tar);
  library.bind("archive_read_support_filter_zstd", archive.read_support_filter_zstd);
  library.bind("archive_read_open_fd", archive.read_open_fd);
  library.bind("archive_read_next_header", archive.read_next_header);
  library.bind("archive_read_data_block", archive.read_data_block);
  library.bind("archive_write_disk_new", archive.disk_new);
  library.bind("archive_write_disk_set_options", archive.disk_set_options);
  library.bind("archive_write_data_block", archive.disk_data_block);
  library.bind("archive_write_finish_entry", archive.disk_finish_entry);
}

void bind_entries(LazyLibrary& library, ArchiveLibrary& archive) {
  library.bind("archive_entry_new", archive.entry_new);
  library.bind("archive_entry_free", archive.entry_free);
  library.bind("archive_entry_set_pathname", archive.entry_set_pathname);
  library.bind("archive_entry_set_filetype", archive.entry_set_filetype);
  library.bind("archive_entry_set_perm", archive.entry_set_perm);
  library.bind("archive_entry_set_size", archive.entry_set_size);
  library.bind("archive_entry_set_mtime", archive.entry_set_mtime);
  library.bind("archive_entry_set_symlink", archive.entry_set_symlink);
  library.bind("archive_entry_pathname", archive.entry_pathname);
  library.bind("archive_entry_filetype", archive.entry_filetype);
  library.bind("archive_entry_perm", archive.entry_perm);
  library.bind("archive_entry_hardlink", archive.entry_hardlink);
}

}  // namespace

Result<ArchiveLibrary> ArchiveLibrary::load() {
  auto library = TRY(LazyLibrary::open("libarchive", {"libarchive.so.13"}));
  ArchiveLibrary archive;
  library.bind("archive_error_string", archive.error_string);
  library.bind("archive_errno", archive.error_number);
  bind_writing(library, archive);
  bind_reading(library, archive);
  bind_entries(library, archive);
  TRY(library.complete());
  return archive;
}

}  // namespace pipectl::store
