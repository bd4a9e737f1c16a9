#include "core/git/mirror.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <cstring>

#include "core/base/sha256.hpp"
#include "core/git/objects.hpp"
#include "core/git/remote_error.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_packs = 50;  ///< every fetch adds one, and every object look-up asks all

/// The end of the path for people, the digest for sure.
std::string name_of(const Address& address, unsigned depth) {
  std::string_view path = address.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string name;
  for (const char c : path.substr(path.find_last_of("/:") + 1))
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
  name.resize(std::min<std::size_t>(name.size(), 40));
  name += "-" + sha256_hex(address.url()).substr(0, 24);
  return depth == 0 ? name : name + "-depth" + std::to_string(depth);
}

Result<UniqueFd> lock(const fs::path& path, const CancelToken& cancel) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd)
    return tl::unexpected(local_failure("cannot open " + path.string(), std::strerror(errno)));
  while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return tl::unexpected(local_failure("cannot lock " + path.string(), std::strerror(errno)));
    if (cancel.cancelled()) return tl::unexpected(cancelled());
    // The kernel wakes nobody for flock: look again soon, at once when cancelled.
    pollfd wake{cancel.fd(), POLLIN, 0};
    poll(&wake, 1, 50);
  }
  return fd;
}

}  // namespace

fs::path Mirror::with(const char* extension) const { return base_.string() + extension; }

Result<Mirror> Mirror::open(const Session& session, unsigned depth) {
  const fs::path folder = session.request.mirror_dir;
  std::error_code error;
  if (fs::create_directories(folder, error)) chmod(folder.c_str(), 0700);
  if (error)
    return tl::unexpected(local_failure("cannot make " + folder.string(), error.message()));
  const fs::path base = fs::absolute(folder / name_of(session.address, depth), error);
  Mirror mirror(base, TRY(lock(base.string() + ".lock", session.cancel)));
  fs::remove_all(mirror.with(".new"), error);
  auto existing = fs::exists(mirror.with(".git"), error) ? lib::open(mirror.with(".git"))
                                                         : Result<lib::Repository>{};
  if (!existing || !*existing || count_packs(existing->get()) > most_packs) {
    TRY(mirror.begin_anew());
    return mirror;
  }
  mirror.repository_ = std::move(*existing);
  remove_leftovers(mirror.repository());
  return mirror;
}

Result<void> Mirror::begin_anew() {
  repository_.reset();
  std::error_code ignored;
  fs::remove_all(with(".new"), ignored);
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags =
      GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT | GIT_REPOSITORY_INIT_MKDIR;
  options.mode = 0700;
  const std::string path = with(".new");
  if (git_repository_init_ext(lib::Out(repository_), path.c_str(), &options) < 0)
    return tl::unexpected(local_failure("cannot make " + path, lib::last_message()));
  new_ = true;
  return {};
}

Result<void> Mirror::keep() {
  if (!fs::exists(with(".new"))) return {};
  repository_.reset();
  std::error_code error;
  fs::remove_all(with(".git"), error);
  fs::rename(with(".new"), with(".git"), error);
  if (error)
    return tl::unexpected(local_failure("cannot keep " + with(".git").string(), error.message()));
  repository_ = TRY(lib::open(with(".git")));
  return {};
}

Mirror::~Mirror() {
  std::error_code ignored;
  repository_.reset();
  // Not moved from, and never kept.
  if (lock_) fs::remove_all(with(".new"), ignored);
}

}  // namespace pipectl::git
