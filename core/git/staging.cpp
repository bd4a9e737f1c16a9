#include "core/git/staging.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is not in <cstdlib>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "core/git/remote_error.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

/// What a killed process had begun for the same destination.
void remove_leftovers(const fs::path& folder, const std::string& prefix) {
  std::error_code ignored;
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().filename().string().starts_with(prefix)) stale.push_back(entry.path());
  for (const auto& path : stale) fs::remove_all(path, ignored);
}

}  // namespace

Result<Staging> Staging::create(const fs::path& destination) {
  std::error_code error;
  fs::path target = fs::absolute(destination, error).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  const auto status = fs::symlink_status(target, error);
  if (fs::exists(status) && !(fs::is_directory(status) && fs::is_empty(target, error)))
    return fail(Fault::usage, "cannot check out into " + target.string() + ": it is not empty",
                "remove it, or name another folder");
  fs::create_directories(target.parent_path(), error);
  const std::string prefix = "." + target.filename().string() + ".pipectl-";
  remove_leftovers(target.parent_path(), prefix);
  std::string name = (target.parent_path() / (prefix + "XXXXXX")).string();
  if (error || mkdtemp(name.data()) == nullptr)
    return tl::unexpected(local_failure("cannot make a folder in " + target.parent_path().string(),
                                        error ? error.message() : std::strerror(errno)));
  chmod(name.c_str(), 0755);  // NOLINT: mkdtemp's 0700 would stay for good
  return Staging(name, target);
}

Staging::Staging(Staging&& other) noexcept
    : path_(std::exchange(other.path_, {})), destination_(std::move(other.destination_)) {}

Staging::~Staging() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<void> Staging::publish() {
  // Takes the place of an empty folder; of nothing else.
  if (std::rename(path_.c_str(), destination_.c_str()) != 0)
    return tl::unexpected(
        local_failure("cannot put the checkout at " + destination_.string(), std::strerror(errno)));
  path_.clear();
  return {};
}

Result<void> empty_folder(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    fs::remove_all(entry.path(), error);
  if (error)
    return tl::unexpected(local_failure("cannot empty " + folder.string(), error.message()));
  return {};
}

}  // namespace pipectl::git
