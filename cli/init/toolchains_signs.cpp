#include <algorithm>
#include <set>

#include "cli/init/toolchains.hpp"
#include "core/api/registry.hpp"
#include "core/base/glob.hpp"

namespace pipectl::cli {
namespace {

/// Names of the files in the folder, and of those in `tests`.
std::set<std::string> files_near(const Folder& folder) {
  std::set<std::string> names;
  for (const std::string below : {"", "tests/"}) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder / below, ignored))
      if (entry.is_regular_file(ignored)) names.insert(below + entry.path().filename().string());
  }
  return names;
}

bool is_used(const ToolPreset& tool, const std::set<std::string>& files) {
  return std::ranges::any_of(tool.signs, [&](std::string_view sign) {
    const Glob glob(sign);
    return std::ranges::any_of(files, [&](const std::string& file) { return glob.matches(file); });
  });
}

StageDraft draft_of(const ToolPreset& tool) {
  StageDraft draft;
  draft.name = tool.name;
  draft.kind = tool.kind;
  draft.tool = tool.name;
  const std::string program(tool.command.front());
  if (program.find('/') != std::string::npos) return draft;
  draft.requires_ = {program};
  if (program == "npx" || tool.kind == "test") return draft;
  draft.absent = Absent::skips;
  draft.comment = "skipped where it is not installed";
  return draft;
}

}  // namespace

Toolchain tools_by_signs(const Folder& folder, const Registry& registry,
                         const std::vector<Toolchain>& others) {
  std::set<std::string, std::less<>> present;
  bool tested = false;
  for (const auto& toolchain : others)
    for (const auto& stage : toolchain.stages) {
      present.insert(stage.tool);
      tested = tested || stage.kind == "test";
    }
  Toolchain found{"tools", {}};
  const auto files = files_near(folder);
  for (const auto& tool : registry.tools()) {
    if (tool.needs == ToolPreset::Args::required || (tested && tool.kind == "test")) continue;
    if (present.contains(tool.name) || !is_used(tool, files)) continue;
    found.stages.push_back(draft_of(tool));
  }
  return found;
}

}  // namespace pipectl::cli
