#include "cli/history/log_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"

namespace pipectl::cli {

struct LogReader::State {
  std::filesystem::path file;
  UniqueFd log;
  UniqueFd changes;  ///< tells when the log, or before that its folder, changes
  bool watching{false};

  [[nodiscard]] tl::unexpected<Error> error(int number) const {
    return fail(Fault::infrastructure, fmt::format("cannot read {}: {}", printable(file.native()),
                                                   std::generic_category().message(number)));
  }

  Result<void> open() {
    log.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!log) return errno == ENOENT ? Result<void>{} : error(errno);
    struct stat info {};
    if (::fstat(log.get(), &info) != 0) return error(errno);
    if (!S_ISREG(info.st_mode)) return error(EINVAL);
    watching = false;  // from now on the file, not the folder
    return {};
  }

  void watch() {
    if (watching || !changes) return;
    const auto* const what = log ? file.c_str() : file.parent_path().c_str();
    watching = ::inotify_add_watch(changes.get(), what, IN_MODIFY | IN_CREATE) >= 0;
  }
};

LogReader::LogReader(std::filesystem::path file) : state_(std::make_unique<State>()) {
  state_->file = std::move(file);
}
LogReader::~LogReader() = default;

bool LogReader::found() const noexcept { return static_cast<bool>(state_->log); }

Result<void> LogReader::read(const Take& take) {
  if (!state_->log) TRY(state_->open());
  if (!state_->log) return {};
  std::string buffer(std::size_t{256} * 1024, '\0');
  while (true) {
    const ssize_t got = ::read(state_->log.get(), buffer.data(), buffer.size());
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return state_->error(errno);
    TRY(take(std::string_view(buffer).substr(0, static_cast<std::size_t>(got))));
  }
}

void LogReader::wait(Milliseconds most) {
  // Without inotify this is a look now and then.
  if (!state_->changes) state_->changes.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  state_->watch();
  pollfd change{state_->changes.get(), POLLIN, 0};
  if (::poll(&change, 1, static_cast<int>(most.count())) <= 0) return;
  std::array<char, 4096> told{};
  while (::read(state_->changes.get(), told.data(), told.size()) > 0) {
  }
}

}  // namespace pipectl::cli
