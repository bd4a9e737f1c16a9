#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/doctor/doctor.hpp"
#include "core/base/text.hpp"
#include "core/git/repository.hpp"

namespace pipectl::cli {
namespace {

constexpr std::uint64_t little_space = 1ULL << 30U;
constexpr std::uint64_t too_little_space = 64ULL << 20U;

// The folder itself, or the nearest one above it that is there.
std::filesystem::path existing(std::filesystem::path folder) {
  std::error_code ignored;
  while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path())
    folder = folder.parent_path();
  return folder;
}

Finding writable(const std::filesystem::path& folder) {
  Finding finding{"state", "folder", Health::good, folder.string(), ""};
  const auto there = existing(folder);
  if (::access(there.c_str(), W_OK | X_OK) == 0) return finding;
  finding.health = Health::bad;
  finding.detail = fmt::format("{}: cannot write to {}: {}", folder.string(), there.string(),
                               std::strerror(errno));
  finding.hint = "make it writable, or name another one in PIPECTL_STATE_DIR";
  return finding;
}

// Others must not read logs and artifacts.
Finding closed_to_others(const std::filesystem::path& folder) {
  struct stat info {};
  Finding finding{"state", "access", Health::good, "only you can read it", ""};
  if (::stat(folder.c_str(), &info) != 0) {
    finding.detail = "not made yet";
  } else if ((info.st_mode & 0077U) != 0) {
    finding.health = Health::warning;
    finding.detail = fmt::format("others can enter it (mode {:04o})", info.st_mode & 07777U);
    finding.hint = fmt::format("chmod 700 {}", shell_quoted(folder.string()));
  }
  return finding;
}

Finding disk(const std::filesystem::path& folder) {
  struct statvfs info {};
  Finding finding{"state", "disk", Health::good, "", ""};
  if (::statvfs(existing(folder).c_str(), &info) != 0) {
    finding.health = Health::note;
    finding.detail = fmt::format("free space unknown: {}", std::strerror(errno));
    return finding;
  }
  const std::uint64_t free = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  finding.detail = human_size(free) + " free";
  if (free >= little_space) return finding;
  finding.health = free < too_little_space ? Health::bad : Health::warning;
  finding.hint = "make room: `pipectl runs clean` removes old runs";
  return finding;
}

}  // namespace

std::vector<Finding> check_state_dir(const PipelineFile& file, const Invocation& invocation) {
  const auto folder = state_dir(invocation, file.file);
  return {writable(folder), closed_to_others(folder), disk(folder)};
}

std::vector<Finding> check_repository(const PipelineFile& file) {
  if (!file.in_repository)
    return {{"git", "repository", Health::note, "none here: git.* is empty", ""}};
  const auto info = git::read_info(file.root);
  if (!info) return {{"git", "repository", Health::bad, info.error().message, info.error().hint}};
  if (info->sha.empty())
    return {{"git", "repository", Health::note, file.root.string() + ": no commit yet", ""}};
  const auto branch = info->branch.empty() ? std::string{"no branch"} : info->branch;
  auto detail = fmt::format("{} at {}", branch, info->short_sha);
  if (info->dirty) detail += ", with changes that are not committed";
  return {{"git", "repository", Health::good, detail, ""}};
}

std::vector<Finding> check_pipeline(const PipelineFile& file) {
  const auto& pipeline = file.loaded.pipeline;
  std::vector<Finding> findings{
      {"pipectl", "version", Health::good, PIPECTL_VERSION, ""},
      {"pipeline", pipeline.name, Health::good,
       fmt::format("{}: {} stages", file.file.string(), pipeline.stages.size()), ""}};
  if (!pipeline.source) return findings;
  const auto& url = pipeline.source->url;
  std::error_code ignored;
  if (url.starts_with('/') || url.starts_with("./") || url.starts_with("../")) {
    const auto path = file.file.parent_path() / url;
    const bool there = std::filesystem::exists(path, ignored);
    findings.push_back({"source", url, there ? Health::good : Health::bad,
                        there ? "is there" : "there is no such folder", ""});
  } else {
    findings.push_back({"source", url, Health::note, "not asked: that would use the network", ""});
  }
  return findings;
}

}  // namespace pipectl::cli
