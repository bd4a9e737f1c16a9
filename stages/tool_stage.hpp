#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/api/run_command.hpp"
#include "core/api/stage_kind.hpp"
#include "core/api/tool_preset.hpp"
#include "stages/last_words.hpp"

namespace pipectl::stages {

/// `tool: eslint`: runs a tool as its preset says and has its reports read. They lie in
/// `.pipectl-reports/STAGE/` of the working directory, made anew by each attempt.
class ToolStage final : public StageRunner {
 public:
  /// `preset` must outlive it. No arguments: those of the preset.
  ToolStage(const ToolPreset& preset, std::vector<expr::Template> args)
      : preset_(preset), args_(std::move(args)) {}
  /// Reads `tool` and `args`; null when something is wrong (reported).
  [[nodiscard]] static std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                          const ParseContext& context);

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  Outcome run(StageContext& context) const override;
  Result<Outcome> rerun(const std::vector<std::string>& tests,
                        StageContext& context) const override;
  [[nodiscard]] Measures measures() const override;
  [[nodiscard]] std::vector<Requirement> programs() const override;
  [[nodiscard]] const ToolPreset& preset() const noexcept { return preset_; }

 private:
  [[nodiscard]] Result<Outcome> run_all(StageContext& context) const;
  [[nodiscard]] Result<Outcome> run_tool(const StageCommand& command, StageContext& context,
                                         const LastWords& words) const;
  [[nodiscard]] Outcome judged(const CommandEnd& end, const LastWords& words) const;
  [[nodiscard]] std::string filled_in(std::string_view text,
                                      const std::filesystem::path& folder) const;
  /// `words` with the arguments in place of `{args}`, else behind them.
  [[nodiscard]] Result<StageCommand> command(const std::vector<std::string_view>& words,
                                             const std::filesystem::path& folder,
                                             StageContext& context) const;
  [[nodiscard]] Result<std::vector<std::string>> arguments(StageContext& context) const;

  const ToolPreset& preset_;
  std::vector<expr::Template> args_;
};

/// `tool` and `args`, for the keys() of a kind.
[[nodiscard]] std::vector<KeyDoc> tool_keys();

}  // namespace pipectl::stages
