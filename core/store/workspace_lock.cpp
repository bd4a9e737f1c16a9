#include "core/store/workspace_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/io_error.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

struct flock whole_file() noexcept {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

fs::path run_lock_file(const fs::path& run_dir) { return run_dir / "lock"; }

/// Two ways to write one workspace share a lock.
fs::path workspace_lock_file(const fs::path& locks_dir, const fs::path& workspace) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(workspace, error);
  if (error) real = workspace;
  return locks_dir / (sha256_hex(real.native()).substr(0, 32) + ".lock");
}

/// Nobody else works there, so the lock of the run is enough; it goes with the run's folder.
bool is_of_the_run(const LockRequest& request) {
  return request.workspace.lexically_normal().parent_path() == request.run_dir.lexically_normal();
}

struct Holder {
  std::string pid;
  std::string run;
  std::string since;
};

/// What the holder wrote; fields are empty while it has not yet.
Holder read_holder(int fd) {
  std::array<char, 512> buffer{};
  const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), 0);
  const auto lines =
      split(std::string_view(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0U), '\n');
  Holder holder;
  const std::array fields{&holder.pid, &holder.run, &holder.since};
  for (std::size_t i = 0; i < fields.size() && i < lines.size(); ++i)
    *fields[i] = printable(lines[i]);
  return holder;
}

tl::unexpected<Error> refused(const fs::path& workspace, const Holder& holder) {
  const std::string where = printable(workspace.native());
  if (holder.since.empty())
    return fail(Fault::infrastructure, fmt::format("another pipectl works in {}", where),
                "wait for it to end");
  return fail(Fault::infrastructure,
              fmt::format("run {} (pid {}, since {}) works in {}", holder.run, holder.pid,
                          holder.since, where),
              fmt::format("wait for it to end, or end it with 'kill {}'", holder.pid));
}

Result<void> write_holder(int fd, const fs::path& file, const LockRequest& request) {
  const std::string text =
      fmt::format("{}\n{}\n{}\n", ::getpid(), request.run_id, iso8601(request.at));
  if (::ftruncate(fd, 0) == 0 &&
      ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()))
    return {};
  return io_error("write", file, errno);
}

Result<UniqueFd> lock_file(const fs::path& file, const LockRequest& request) {
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return io_error("open", file, errno);
  auto range = whole_file();
  if (::fcntl(fd.get(), F_OFD_SETLK, &range) != 0) {
    if (errno == EAGAIN || errno == EACCES)
      return refused(request.workspace, read_holder(fd.get()));
    return io_error("lock", file, errno);
  }
  TRY(write_holder(fd.get(), file, request));
  return fd;
}

class HeldLock final : public WorkspaceLock {
 public:
  HeldLock(UniqueFd workspace, UniqueFd run)
      : workspace_(std::move(workspace)), run_(std::move(run)) {}

 private:
  UniqueFd workspace_;
  UniqueFd run_;
};

}  // namespace

Result<std::unique_ptr<WorkspaceLock>> take_lock(const LockRequest& request) {
  UniqueFd workspace;
  if (!is_of_the_run(request)) {
    TRY(make_private_dir(request.locks_dir));
    workspace = TRY(lock_file(workspace_lock_file(request.locks_dir, request.workspace), request));
  }
  TRY(make_private_dir(request.run_dir));
  UniqueFd run = TRY(lock_file(run_lock_file(request.run_dir), request));
  return std::make_unique<HeldLock>(std::move(workspace), std::move(run));
}

bool is_held(const fs::path& run_dir) noexcept {
  const UniqueFd fd(::open(run_lock_file(run_dir).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return false;
  auto range = whole_file();
  return ::fcntl(fd.get(), F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

}  // namespace pipectl::store
