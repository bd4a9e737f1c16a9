#include "core/store/workspace_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

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

fs::path repository_lock_file(const fs::path& workspace) {
  return workspace / ".git" / "pipectl.lock";
}

fs::path run_lock_file(const fs::path& run_dir) { return run_dir / "lock"; }

/// A folder that only this user can have made and can write to.
bool is_ours(const fs::path& folder) {
  if (!make_private_dir(folder)) return false;
  struct stat info {};
  return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
         info.st_uid == ::geteuid() && (info.st_mode & 0077U) == 0;
}

/// Where the lock of the workspace may lie, the best first. Two ways to write one workspace share a
/// lock.
std::vector<fs::path> workspace_lock_files(const LockRequest& request) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(request.workspace, error);
  if (error) real = request.workspace;
  const std::string name = sha256_hex(real.native()).substr(0, 32) + ".lock";
  std::vector<fs::path> files;
  if (fs::is_directory(real / ".git", error)) files.push_back(repository_lock_file(real));
  const fs::path of_user = fmt::format("/tmp/pipectl-{}", ::geteuid());
  if (is_ours(of_user)) files.push_back(of_user / name);
  files.push_back(request.locks_dir / name);
  return files;
}

/// Nobody else works there, so the lock of the run is enough; it goes with the run's folder.
bool is_of_the_run(const LockRequest& request) {
  return request.workspace.lexically_normal().parent_path() == request.run_dir.lexically_normal();
}

bool is_locked(int fd) noexcept {
  auto range = whole_file();
  return ::fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
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

/// Others may read who holds it.
UniqueFd open_file(const fs::path& file) {
  return UniqueFd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
}

Result<void> lock_opened(int fd, const fs::path& file, const LockRequest& request) {
  auto range = whole_file();
  if (::fcntl(fd, F_OFD_SETLK, &range) == 0) return {};
  if (errno == EAGAIN || errno == EACCES) return refused(request.workspace, read_holder(fd));
  return io_error("lock", file, errno);
}

/// The holder before may have deleted it between our opening and locking it.
bool is_still(int fd, const fs::path& file) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(file.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

struct LockedFile {
  fs::path path;
  UniqueFd fd;
};

Result<LockedFile> lock_workspace_file(const LockRequest& request) {
  const auto files = workspace_lock_files(request);
  for (std::size_t i = 0; i < files.size();) {
    UniqueFd fd = open_file(files[i]);
    if (!fd && i + 1 == files.size()) return io_error("open", files[i], errno);
    if (!fd) {
      ++i;
      continue;
    }
    TRY(lock_opened(fd.get(), files[i], request));
    if (!is_still(fd.get(), files[i])) continue;
    TRY(write_holder(fd.get(), files[i], request));
    return LockedFile{files[i], std::move(fd)};
  }
  return LockedFile{};  // there is always one file to try
}

/// Against another user: one who cannot write the file of the other can still lock the folder.
/// Where the file system cannot lock folders (NFS), the file has to do.
Result<UniqueFd> lock_folder(const LockRequest& request) {
  UniqueFd folder(::open(request.workspace.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return folder;
  const fs::path file = repository_lock_file(request.workspace);
  const UniqueFd theirs(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  Holder holder;
  if (theirs && is_locked(theirs.get())) holder = read_holder(theirs.get());
  return refused(request.workspace, holder);
}

Result<UniqueFd> lock_run_file(const LockRequest& request) {
  const fs::path file = run_lock_file(request.run_dir);
  UniqueFd fd = open_file(file);
  if (!fd) return io_error("open", file, errno);
  TRY(lock_opened(fd.get(), file, request));
  TRY(write_holder(fd.get(), file, request));
  return fd;
}

/// What it took goes with it, also when it could not take all.
class HeldLock final : public WorkspaceLock {
 public:
  HeldLock() = default;
  ~HeldLock() override {
    if (file_.fd) ::unlink(file_.path.c_str());
  }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

  Result<void> take_workspace(const LockRequest& request) {
    TRY(make_private_dir(request.locks_dir));
    file_ = TRY(lock_workspace_file(request));
    folder_ = TRY(lock_folder(request));
    return {};
  }
  Result<void> take_run(const LockRequest& request) {
    TRY(make_private_dir(request.run_dir));
    run_ = TRY(lock_run_file(request));
    return {};
  }

 private:
  LockedFile file_;
  UniqueFd folder_;  // of the workspace
  UniqueFd run_;
};

}  // namespace

Result<std::unique_ptr<WorkspaceLock>> take_lock(const LockRequest& request) {
  auto lock = std::make_unique<HeldLock>();
  if (!is_of_the_run(request)) TRY(lock->take_workspace(request));
  TRY(lock->take_run(request));
  return lock;
}

bool is_held(const fs::path& run_dir) noexcept {
  const UniqueFd fd(::open(run_lock_file(run_dir).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  return fd && is_locked(fd.get());
}

}  // namespace pipectl::store
