#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/run_command.hpp"
#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

/// One shell and what it runs.
struct Step {
  std::string name;                    ///< empty: none was given
  std::vector<expr::Template> script;  ///< joined by line breaks
  std::vector<EnvEntry> env;
  expr::Template working_directory;  ///< relative to the workspace; empty: the stage's
  std::optional<Milliseconds> timeout;
};

/// The commands of a stage, in order; the first one that fails ends them.
class Steps {
 public:
  Steps() = default;  ///< nothing to run
  /// Reads `run` or `steps`; nothing when neither is there or one has an error (reported). Values
  /// from outside are refused in the text of a command.
  [[nodiscard]] static std::optional<Steps> parse(yaml::Reader& reader,
                                                  const ParseContext& context);
  /// Reads a key that holds one text or a list, run by one shell, such as `undo`.
  [[nodiscard]] static std::optional<Steps> parse_script(std::string_view key, yaml::Reader& reader,
                                                         const ParseContext& context);

  [[nodiscard]] bool empty() const noexcept { return steps_.empty(); }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const;

  /// Succeeded, or the outcome of the first step that did not; its name is in the reason.
  [[nodiscard]] Outcome run(StageContext& context, Lifetime lifetime = Lifetime::stage,
                            std::optional<TimeLimit> limit = std::nullopt) const;

 private:
  std::vector<Step> steps_;
};

/// `run` and `steps`, for the keys() of a kind.
[[nodiscard]] std::vector<KeyDoc> step_keys();

}  // namespace pipectl::stages
