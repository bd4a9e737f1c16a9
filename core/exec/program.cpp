#include "core/exec/program.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr const char* system_shell = "/bin/sh";

enum class Found { yes, not_executable, folder, no };

Found look_at(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return errno == EACCES ? Found::not_executable : Found::no;
  if (S_ISDIR(info.st_mode)) return Found::folder;
  return ::access(file.c_str(), X_OK) == 0 ? Found::yes : Found::not_executable;
}

/// Absolute whenever a directory is given: the child looks for it after it has changed into that.
std::string in_directory(const std::filesystem::path& directory, std::string_view file) {
  if (file.starts_with('/') || directory.empty()) return std::string(file);
  std::error_code ignored;
  return (std::filesystem::absolute(directory, ignored) / file).string();
}

Result<std::string> verdict(Found found, std::string_view name, std::string file) {
  switch (found) {
    case Found::yes:
      return file;
    case Found::not_executable:
      return fail(Fault::step,
                  fmt::format("cannot run {}: it is not executable (126)", printable(file)),
                  "give it the right to execute: chmod +x");
    case Found::folder:
      return fail(Fault::step, fmt::format("cannot run {}: it is a folder (126)", printable(file)));
    case Found::no:
      break;
  }
  return fail(
      Fault::step, fmt::format("program '{}' not found (127)", printable(name)),
      name.find('/') == std::string_view::npos
          ? "is it installed? the PATH of the stage decides: what its `env` sets, else yours"
          : "");
}

}  // namespace

Result<std::string> find_program(std::string_view name, const EnvMap& env,
                                 const std::filesystem::path& directory) {
  if (name.empty()) return fail(Fault::step, "cannot run a program without a name (127)");
  if (name.find('/') != std::string_view::npos) {
    std::string file = in_directory(directory, name);
    const Found found = look_at(file);
    return verdict(found, name, std::move(file));
  }
  if (name == "sh" && ::access(system_shell, X_OK) == 0) return std::string(system_shell);
  const auto path = env.find("PATH");
  const std::string_view folders =
      path != env.end() ? std::string_view(path->second) : "/usr/local/bin:/usr/bin:/bin";
  Found best = Found::no;
  std::string best_file;
  for (const std::string_view folder : split(folders, ':')) {
    // An empty entry means the current directory. Source: POSIX, "Other Environment Variables".
    std::string file =
        in_directory(directory, fmt::format("{}/{}", folder.empty() ? "." : folder, name));
    const Found found = look_at(file);
    if (found == Found::yes) return file;
    if (found == Found::not_executable && best == Found::no) {
      best = found;
      best_file = std::move(file);
    }
  }
  return verdict(best, name, std::move(best_file));
}

}  // namespace pipectl
