#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/doctor/doctor.hpp"
#include "core/base/text.hpp"
#include "core/git/address.hpp"
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

Finding repository(std::string topic, std::string name, const std::filesystem::path& root) {
  Finding finding{std::move(topic), std::move(name), Health::good, "", ""};
  const auto info = git::read_info(root);
  if (!info) {
    finding.health = Health::bad;
    finding.detail = info.error().message;
    finding.hint = info.error().hint;
  } else if (info->sha.empty()) {
    finding.health = Health::note;
    finding.detail = root.string() + ": no commit yet";
  } else {
    const auto branch = info->branch.empty() ? std::string{"no branch"} : info->branch;
    finding.detail = fmt::format("{} at {}", branch, info->short_sha);
    if (info->dirty) finding.detail += ", with changes that are not committed";
  }
  return finding;
}

Finding source(const std::string& url, const std::filesystem::path& base) {
  const auto address = git::parse_address(url);
  if (!address) return {"source", url, Health::bad, address.error().message, address.error().hint};
  const auto shown = address->url();
  if (address->scheme != git::Scheme::local)
    return {"source", shown, Health::note, "not asked: that would use the network", ""};
  // As git has it, `shop` may stand for `shop.git`.
  for (const auto& path : {address->path, address->path + ".git"}) {
    const auto folder = (base / path).lexically_normal();
    std::error_code ignored;
    if (std::filesystem::exists(folder, ignored)) return repository("source", shown, folder);
  }
  return {"source", shown, Health::bad, "there is no such folder",
          "a path is read from the folder of the pipeline file"};
}

}  // namespace

std::vector<Finding> check_state_dir(const PipelineFile& file, const Invocation& invocation) {
  const auto folder = state_dir(invocation, file.file);
  return {writable(folder), closed_to_others(folder), disk(folder)};
}

std::vector<Finding> check_repository(const PipelineFile& file) {
  if (!file.in_repository)
    return {{"git", "repository", Health::note, "none here: git.* is empty", ""}};
  return {repository("git", "repository", file.root)};
}

std::vector<Finding> check_pipeline(const PipelineFile& file) {
  const auto& pipeline = file.loaded.pipeline;
  std::vector<Finding> findings{
      {"pipectl", "version", Health::good, PIPECTL_VERSION, ""},
      {"pipeline", pipeline.name, Health::good,
       fmt::format("{}: {} stage{}", file.file.string(), pipeline.stages.size(),
                   pipeline.stages.size() == 1 ? "" : "s"),
       ""}};
  if (pipeline.source) findings.push_back(source(pipeline.source->url, file.file.parent_path()));
  return findings;
}

}  // namespace pipectl::cli
