#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/run_command.hpp"
#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

using Templates = std::vector<expr::Template>;
using NamedTemplates = std::map<std::string, expr::Template>;

/// A text or a list of texts; what is wrong is reported and left out.
[[nodiscard]] Templates read_texts(std::string_view key, yaml::Reader& reader,
                                   const ParseContext& context);
/// A mapping from names to texts.
[[nodiscard]] NamedTemplates read_mapping(std::string_view key, yaml::Reader& reader,
                                          const ParseContext& context);

/// One call of the program that a stage provisions with. Its output goes to the stage's log.
struct ToolCall {
  std::vector<std::string> argv;
  std::filesystem::path directory;
  int also_good{0};  ///< an exit code that is an answer
};
/// Its exit code, or the outcome of a stage that it ended.
[[nodiscard]] tl::expected<int, Outcome> call_tool(StageContext& context, const ToolCall& call);
/// What it prints, for pipectl alone: nothing of it is shown.
[[nodiscard]] tl::expected<std::string, Outcome> ask_tool(StageContext& context,
                                                          const ToolCall& call);

/// A folder of the workspace, named relative to the stage's directory.
[[nodiscard]] Result<std::filesystem::path> folder_of(const StageContext& context,
                                                      const expr::Template& wanted);

}  // namespace pipectl::stages
