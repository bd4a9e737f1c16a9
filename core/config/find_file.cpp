#include <fmt/format.h>

#include <array>

#include "core/base/text.hpp"
#include "core/config/load.hpp"
#include "core/git/repository.hpp"

namespace pipectl::config {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> file_names{"pipeline.yaml", "pipeline.yml",
                                                     ".pipectl.yaml"};

std::optional<fs::path> in_folder(const fs::path& folder) {
  for (const auto name : file_names) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  return std::nullopt;
}

std::string wanted() {
  return fmt::format("{}, {} or {}", file_names[0], file_names[1], file_names[2]);
}

Result<fs::path> find_given(const fs::path& path, const fs::path& given) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (auto found = in_folder(path)) return *found;
    return fail(Fault::usage,
                fmt::format("there is no {} in {}", wanted(), printable(given.string())));
  }
  if (fs::exists(path, ignored)) return path;
  return fail(Fault::usage, fmt::format("there is no file {}", printable(given.string())),
              "give the path of a pipeline file");
}

}  // namespace

Result<fs::path> find_file(const fs::path& given, const fs::path& start) {
  if (!given.empty()) return find_given(start / given, given);
  std::error_code error;
  const fs::path from = fs::weakly_canonical(start, error);
  const fs::path first = error ? start : from;
  const fs::path last = git::find_root(first).value_or(first);
  for (fs::path folder = first;; folder = folder.parent_path()) {
    if (auto found = in_folder(folder)) return *found;
    if (folder == last || folder == folder.parent_path()) break;
  }
  return fail(Fault::usage,
              last == first
                  ? fmt::format("there is no {} in {}", wanted(), printable(first.string()))
                  : fmt::format("there is no {} in {} or a folder above it up to {}", wanted(),
                                printable(first.string()), printable(last.string())),
              "give the path of a pipeline file, or write one with `pipectl init`");
}

}  // namespace pipectl::config
