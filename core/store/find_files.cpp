#include "core/store/find_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

/// Each level of a walk holds a descriptor.
constexpr std::size_t deepest = 200;

FileState state_of(const struct stat& info) noexcept {
  constexpr std::int64_t billion = 1'000'000'000;
  return {static_cast<std::uint64_t>(info.st_size),
          info.st_mtim.tv_sec * billion + info.st_mtim.tv_nsec,
          info.st_ctim.tv_sec * billion + info.st_ctim.tv_nsec, info.st_ino, info.st_dev};
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/// As far as the names tell.
bool is_below(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

/// Opens a folder below `root` when no part of its path is a link; -1 when one is, or when the
/// kernel cannot tell. One call instead of a look at every part.
int open_straight(int root, const std::string& path) noexcept {
  struct open_how how {};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const char* const start = path.empty() ? "." : path.c_str();
  return static_cast<int>(::syscall(SYS_openat2, root, start, &how, sizeof how));
}

/// The walk for one pattern after the other.
class Walk {
 public:
  Walk(const FileQuery& query, const CancelToken& cancel) : query_(query), cancel_(cancel) {
    if (query.root == query.boundary) root_.reset(::open(query.root.c_str(), root_flags));
    struct stat info {};
    // A workspace that lies in the state directory (a run's own checkout) is not skipped as a
    // whole.
    skips_ = !query.skip.empty() &&
             (is_below(query.skip, query.root) || !lies_within(query.root, query.skip));
    if (skips_ && ::stat(query.skip.c_str(), &info) == 0) {
      skipped_device_ = info.st_dev;
      skipped_inode_ = info.st_ino;
      skipped_path_ = query.skip.lexically_relative(query.root).native();
    }
  }

  Result<void> run(const FilePattern& pattern) {
    pattern_ = &pattern;
    const bool one_file = pattern.is_literal() && !pattern.base().empty();
    const fs::path base(pattern.base());
    const std::string start = one_file ? base.parent_path().native() : base.native();
    const Directory folder = TRY(open_base(start));
    if (!folder) return {};
    if (one_file) return take(::dirfd(folder.get()), base.filename().native(), base.native());
    return enter(folder.get(), start, pattern.is_literal() ? Take::all : Take::matches);
  }

  [[nodiscard]] std::vector<FoundFile>& found() noexcept { return found_; }

 private:
  enum class Take { matches, all };
  static constexpr int root_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

  Result<Directory> open_base(const std::string& path) const;
  Result<void> enter(DIR* directory, const std::string& path, Take take);
  Result<void> descend(int at, const std::string& name, const std::string& path, Take take);
  Result<void> take(int at, const std::string& name, const std::string& path);
  [[nodiscard]] FoundFile::Kind kind_of_link(int at, const std::string& name,
                                             const std::string& path) const;
  [[nodiscard]] bool is_excluded(const std::string& path) const;
  [[nodiscard]] bool is_skipped(int folder) const noexcept;
  [[nodiscard]] bool is_in_skipped(const std::string& path) const;

  const FileQuery& query_;
  const CancelToken& cancel_;
  UniqueFd root_;  ///< where it is the boundary too
  std::vector<FoundFile> found_;
  const FilePattern* pattern_{nullptr};
  std::size_t depth_{0};  ///< folders entered below the base of the pattern
  bool skips_{false};
  dev_t skipped_device_{0};
  ino_t skipped_inode_{0};
  std::string skipped_path_;  ///< relative to the root
};

/// The fixed part of a pattern may go through links, as long as it ends within the boundary.
Result<Directory> Walk::open_base(const std::string& path) const {
  if (is_in_skipped(path)) return Directory{};
  if (const int straight = root_ ? open_straight(root_.get(), path) : -1; straight >= 0)
    if (DIR* const opened = ::fdopendir(straight)) return Directory(opened);
  const fs::path full = path.empty() ? query_.root : query_.root / path;
  Directory folder(::opendir(full.c_str()));
  if (!folder) {
    if (errno == ENOENT || errno == ENOTDIR) return folder;
    return io_error("read", full, errno);
  }
  // Asked of what is open: nobody can put a link in its place any more.
  const fs::path opened = fmt::format("/proc/self/fd/{}", ::dirfd(folder.get()));
  if (skips_ && lies_within(opened, query_.skip)) return Directory{};
  if (lies_within(opened, query_.boundary)) return folder;
  return fail(Fault::step,
              fmt::format("{} leads out of {}", printable(full.native()),
                          printable(query_.boundary.native())),
              "name files that lie in the workspace");
}

Result<void> Walk::enter(DIR* directory, const std::string& path, Take take_what) {
  if (cancel_.cancelled()) return fail(Fault::cancelled, "stopped while looking for files");
  const int at = ::dirfd(directory);
  if (is_skipped(at)) return {};
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || name == ".git" || name == ".pipectl") continue;
    std::string child = path;
    if (!child.empty()) child += '/';
    child += name;
    const bool maybe_folder = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
    if (take_what == Take::all || pattern_->matches(child)) {
      if (!is_excluded(child)) TRY(take(at, name, child));
    } else if (maybe_folder && depth_ + 1 < pattern_->depth() && !is_excluded(child)) {
      TRY(descend(at, name, child, Take::matches));
    }
  }
  return {};
}

Result<void> Walk::descend(int at, const std::string& name, const std::string& path,
                           Take take_what) {
  if (depth_ == deepest)
    return fail(Fault::step, fmt::format("{} is nested too deeply", printable(path)));
  const int fd = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    // Gone, or no folder (any more): links are not entered.
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return {};
    return io_error("read", query_.root / path, errno);
  }
  const Directory directory(::fdopendir(fd));
  if (!directory) {
    ::close(fd);
    return fail(Fault::infrastructure, "out of memory");
  }
  ++depth_;
  auto entered = enter(directory.get(), path, take_what);
  --depth_;
  return entered;
}

Result<void> Walk::take(int at, const std::string& name, const std::string& path) {
  struct stat info {};
  if (::fstatat(at, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return io_error("read", query_.root / path, errno);
  }
  FoundFile file{path, FoundFile::Kind::other, info.st_mode & 0777U, state_of(info)};
  if (S_ISREG(info.st_mode)) file.kind = FoundFile::Kind::file;
  if (S_ISLNK(info.st_mode)) file.kind = kind_of_link(at, name, path);
  if (S_ISDIR(info.st_mode)) {
    if (info.st_dev == skipped_device_ && info.st_ino == skipped_inode_) return {};
    file.kind = FoundFile::Kind::folder;
  }
  const bool is_folder = file.kind == FoundFile::Kind::folder;
  found_.push_back(std::move(file));
  return is_folder ? descend(at, name, path, Take::all) : Result<void>{};
}

FoundFile::Kind Walk::kind_of_link(int at, const std::string& name, const std::string& path) const {
  struct stat target {};
  if (::fstatat(at, name.c_str(), &target, 0) != 0) return FoundFile::Kind::dangling;
  if (!lies_within(query_.root / path, query_.boundary)) return FoundFile::Kind::escaping;
  if (S_ISDIR(target.st_mode)) return FoundFile::Kind::folder_link;
  return S_ISREG(target.st_mode) ? FoundFile::Kind::link : FoundFile::Kind::other;
}

bool Walk::is_excluded(const std::string& path) const {
  return std::ranges::any_of(query_.patterns, [&](const FilePattern& pattern) {
    return pattern.excludes() && pattern.covers(path);
  });
}

bool Walk::is_skipped(int folder) const noexcept {
  struct stat info {};
  return skipped_inode_ != 0 && ::fstat(folder, &info) == 0 && info.st_dev == skipped_device_ &&
         info.st_ino == skipped_inode_;
}

bool Walk::is_in_skipped(const std::string& path) const {
  return skipped_inode_ != 0 && path.starts_with(skipped_path_) &&
         (path.size() == skipped_path_.size() || path[skipped_path_.size()] == '/');
}

}  // namespace

std::optional<FileInfo> look_at(const fs::path& file, Links links) {
  struct stat info {};
  const int flags = links == Links::keep ? AT_SYMLINK_NOFOLLOW : 0;
  if (::fstatat(AT_FDCWD, file.c_str(), &info, flags) != 0) return std::nullopt;
  return FileInfo{state_of(info), info.st_mode & S_IFMT, info.st_mode & 0777U};
}

Result<FileSet> find_files(const FileQuery& query, const CancelToken& cancel) {
  Walk walk(query, cancel);
  FileSet set;
  for (std::size_t i = 0; i < query.patterns.size(); ++i) {
    if (query.patterns[i].excludes()) continue;
    const std::size_t before = walk.found().size();
    TRY(walk.run(query.patterns[i]));
    if (walk.found().size() == before) set.unmatched.push_back(i);
  }
  set.files = std::move(walk.found());
  std::ranges::sort(set.files, {}, &FoundFile::path);
  const auto same = [](const FoundFile& a, const FoundFile& b) { return a.path == b.path; };
  set.files.erase(std::unique(set.files.begin(), set.files.end(), same), set.files.end());
  return set;
}

}  // namespace pipectl::store
