#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "core/base/lazy_library.hpp"
#include "core/base/result.hpp"

namespace pipectl::store {

/// The part of libarchive that pipectl uses, as it was found at run time: it brings a dozen other
/// libraries, which a start that packs nothing must not pay for. Internal to core/store.
struct ArchiveLibrary {
  decltype(&::archive_error_string) error_string{};
  decltype(&::archive_errno) error_number{};

  decltype(&::archive_write_new) write_new{};
  decltype(&::archive_write_free) write_free{};
  decltype(&::archive_write_set_format_pax) write_set_format_pax{};
  decltype(&::archive_write_add_filter_zstd) write_add_filter_zstd{};
  decltype(&::archive_write_set_options) write_set_options{};
  decltype(&::archive_write_set_bytes_per_block) write_set_bytes_per_block{};
  decltype(&::archive_write_set_bytes_in_last_block) write_set_bytes_in_last_block{};
  decltype(&::archive_write_open) write_open{};
  decltype(&::archive_write_header) write_header{};
  decltype(&::archive_write_data) write_data{};
  decltype(&::archive_write_close) write_close{};

  decltype(&::archive_read_new) read_new{};
  decltype(&::archive_read_free) read_free{};
  decltype(&::archive_read_support_format_tar) read_support_format_tar{};
  decltype(&::archive_read_support_filter_zstd) read_support_filter_zstd{};
  decltype(&::archive_read_open_fd) read_open_fd{};
  decltype(&::archive_read_next_header) read_next_header{};
  decltype(&::archive_read_data_block) read_data_block{};

  decltype(&::archive_write_disk_new) disk_new{};
  decltype(&::archive_write_disk_set_options) disk_set_options{};
  decltype(&::archive_write_data_block) disk_data_block{};
  decltype(&::archive_write_finish_entry) disk_finish_entry{};

  decltype(&::archive_entry_new) entry_new{};
  decltype(&::archive_entry_free) entry_free{};
  decltype(&::archive_entry_set_pathname) entry_set_pathname{};
  decltype(&::archive_entry_set_filetype) entry_set_filetype{};
  decltype(&::archive_entry_set_perm) entry_set_perm{};
  decltype(&::archive_entry_set_size) entry_set_size{};
  decltype(&::archive_entry_set_mtime) entry_set_mtime{};
  decltype(&::archive_entry_set_symlink) entry_set_symlink{};
  decltype(&::archive_entry_pathname) entry_pathname{};
  decltype(&::archive_entry_filetype) entry_filetype{};
  decltype(&::archive_entry_perm) entry_perm{};
  decltype(&::archive_entry_hardlink) entry_hardlink{};

  [[nodiscard]] static Result<ArchiveLibrary> load();
};

}  // namespace pipectl::store
