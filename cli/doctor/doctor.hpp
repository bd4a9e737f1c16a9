#pragma once

#include <string>
#include <vector>

#include "cli/pipeline_input.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::cli {

enum class Health {
  good,
  note,     ///< worth knowing
  warning,  ///< something will be left out
  bad,      ///< a run would fail
};
[[nodiscard]] std::string_view to_string(Health health) noexcept;

/// One thing that was looked at.
struct Finding {
  std::string topic;  ///< `program`, `secret`, …
  std::string name;
  Health health{Health::good};
  std::string detail;  ///< what was seen; never a part of a secret
  std::string hint;    ///< the way out, may be empty
};

/// What a stage's runner starts by name on this host, beside what `requires` lists; nothing for a
/// stage that runs in a container.
[[nodiscard]] std::vector<Requirement> host_programs(const config::LoadedPipeline& loaded,
                                                     const StageSpec& stage);

/// The tool that a stage runs on this host; null: none.
[[nodiscard]] const ToolPreset* preset_of(const config::LoadedPipeline& loaded,
                                          const StageSpec& stage);

/// The parts of a check-up. Nothing is changed; commands of secrets are run, and programs are asked
/// for their version.
[[nodiscard]] std::vector<Finding> check_pipeline(const PipelineFile& file);
[[nodiscard]] std::vector<Finding> check_repository(const PipelineFile& file);
[[nodiscard]] std::vector<Finding> check_programs(const PipelineFile& file,
                                                  const Invocation& invocation);
/// Tools that another program starts: `npx eslint`, `python3 -m pytest`.
[[nodiscard]] std::vector<Finding> check_tools(const PipelineFile& file,
                                               const Invocation& invocation);
/// Whether an engine answers, when a stage needs one.
[[nodiscard]] std::vector<Finding> check_containers(const PipelineFile& file,
                                                    const Invocation& invocation);
[[nodiscard]] std::vector<Finding> check_secrets(const PipelineFile& file, const Registry& registry,
                                                 const Invocation& invocation);
[[nodiscard]] std::vector<Finding> check_state_dir(const PipelineFile& file,
                                                   const Invocation& invocation);

[[nodiscard]] std::string doctor_text(const std::vector<Finding>& findings,
                                      const ui::Terminal& terminal);
[[nodiscard]] std::string doctor_json(const std::vector<Finding>& findings);
[[nodiscard]] bool is_healthy(const std::vector<Finding>& findings) noexcept;

}  // namespace pipectl::cli
