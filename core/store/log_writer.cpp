#include "core/store/log_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>

#include "core/base/unique_fd.hpp"
#include "core/base/write_all.hpp"
#include "core/store/io_error.hpp"
#include "core/store/names.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view separator = "--- next attempt ---\n";

Result<void> write_log(int fd, std::string_view bytes, const fs::path& file) {
  if (const int error = write_all(fd, bytes)) return io_error("write the log", file, error);
  return {};
}

/// Parts what an earlier attempt left from what comes now; its last line may have been cut.
Result<void> separate(int fd, const fs::path& file) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return io_error("read", file, errno);
  if (info.st_size == 0) return {};
  char last = '\n';
  if (::pread(fd, &last, 1, info.st_size - 1) < 0) return io_error("read", file, errno);
  if (last != '\n') TRY(write_log(fd, "\n", file));
  return write_log(fd, separator, file);
}

class FileLogWriter final : public LogWriter {
 public:
  explicit FileLogWriter(fs::path logs_dir) : logs_dir_(std::move(logs_dir)) {}

  Result<void> write(const std::string& stage, Stream /*interleaved as they come*/,
                     std::string_view text) override {
    if (text.empty()) return {};
    auto found = open_.find(stage);
    if (found == open_.end()) found = open_.emplace(stage, TRY(open_log(stage))).first;
    return write_log(found->second.fd.get(), text, found->second.file);
  }

  void close(const std::string& stage) override { open_.erase(stage); }

 private:
  struct Log {
    UniqueFd fd;
    fs::path file;
  };

  Result<Log> open_log(const std::string& stage) const {
    fs::path file = logs_dir_ / log_name(stage);
    UniqueFd fd = open_file(file);
    if (!fd && errno == ENOENT) {
      TRY(make_private_dir(logs_dir_.parent_path()));
      TRY(make_private_dir(logs_dir_));
      fd = open_file(file);
    }
    if (!fd) return io_error("write the log", file, errno);
    TRY(separate(fd.get(), file));
    return Log{std::move(fd), std::move(file)};
  }

  static UniqueFd open_file(const fs::path& file) {
    return UniqueFd(
        ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  }

  const fs::path logs_dir_;
  std::unordered_map<std::string, Log> open_;
};

}  // namespace

std::unique_ptr<LogWriter> make_log_writer(fs::path logs_dir) {
  return std::make_unique<FileLogWriter>(std::move(logs_dir));
}

std::string log_name(const std::string& stage) { return file_name_of(stage) + ".log"; }

}  // namespace pipectl::store
