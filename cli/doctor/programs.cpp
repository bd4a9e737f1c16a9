#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/doctor/doctor.hpp"
#include "cli/doctor/first_line.hpp"
#include "core/api/capture_output.hpp"
#include "core/base/text.hpp"
#include "core/exec/local_executor.hpp"
#include "core/exec/program.hpp"
#include "stages/tool_stage.hpp"
#include "stages/tools/way_to.hpp"

namespace pipectl::cli {
namespace {

constexpr Milliseconds patience{3'000};
constexpr Milliseconds grace{200};

// Who needs a program, and how badly.
struct Wanted {
  bool required{false};
  std::vector<std::string> stages;
  std::string way{};  ///< to get it, where it is known
};

std::map<std::string, Wanted> wanted_programs(const config::LoadedPipeline& loaded) {
  std::map<std::string, Wanted> wanted;
  wanted["sh"].required = true;
  for (const auto& stage : loaded.pipeline.stages) {
    if (stage.shell == Shell::bash) wanted["bash"].required = true;
    auto requirements = stage.requirements;
    for (auto& program : host_programs(loaded, stage))
      if (std::ranges::find(stage.requirements, program.program, &Requirement::program) ==
          stage.requirements.end())
        requirements.push_back(std::move(program));
    const ToolPreset* const tool = preset_of(loaded, stage);
    if (tool != nullptr && stages::is_program(*tool))
      wanted[std::string(tool->command.front())].way = stages::way_to(*tool);
    for (const auto& requirement : requirements) {
      auto& program = wanted[requirement.program];
      program.required = program.required || requirement.presence == Presence::required;
      program.stages.push_back(stage.name);
    }
  }
  return wanted;
}

// Most programs answer --version; these do not, or do more than that.
std::vector<std::string> version_command(const std::string& path, std::string_view name) {
  if (name == "go" || name == "openssl") return {path, "version"};
  if (name == "kubectl" || name == "oc") return {path, "version", "--client"};
  if (name == "helm") return {path, "version", "--short"};
  return {path, "--version"};
}

// Empty when the program does not tell within some seconds.
std::string version_of(const std::string& path, std::string_view name, const Invocation& invocation,
                       Executor& executor) {
  if (name == "sh") return {};  // dash has none
  CaptureOutput output{std::size_t{64} << 10U};
  auto process = executor.start({version_command(path, name), invocation.env,
                                 std::filesystem::temp_directory_path(), std::nullopt},
                                output);
  if (!process) return {};
  const auto end =
      supervise(**process, std::chrono::steady_clock::now() + patience, CancelToken{}, grace);
  if (end.ended != Ended::by_itself || !end.status.success()) return {};
  const auto line = first_line(output.out());
  return line.empty() ? first_line(output.err()) : line;
}

Finding missing(const std::string& name, const Wanted& wanted) {
  Finding finding{"program", name, Health::bad, "not in PATH", ""};
  const auto who = join(wanted.stages, ", ");
  if (!wanted.required) {
    finding.health = Health::warning;
    finding.detail += fmt::format("; {} will be skipped", who);
  } else if (!wanted.stages.empty()) {
    finding.detail += fmt::format("; {} would fail", who);
  }
  finding.hint = wanted.way.empty() ? fmt::format("install {}, or put its folder into PATH", name)
                                    : wanted.way;
  return finding;
}

}  // namespace

std::string first_line(std::string_view text) {
  for (const auto line : split(text, '\n'))
    if (!trim(line).empty()) return printable(trim(line).substr(0, 60));
  return {};
}

const ToolPreset* preset_of(const config::LoadedPipeline& loaded, const StageSpec& stage) {
  const auto runner = loaded.runners.find(stage.name);
  if (runner == loaded.runners.end() || executor_of(stage) != ExecutorKind::local) return nullptr;
  const auto* const tool = dynamic_cast<const stages::ToolStage*>(runner->second.get());
  return tool == nullptr ? nullptr : &tool->preset();
}

std::vector<Requirement> host_programs(const config::LoadedPipeline& loaded,
                                       const StageSpec& stage) {
  const auto runner = loaded.runners.find(stage.name);
  if (runner == loaded.runners.end() || executor_of(stage) != ExecutorKind::local) return {};
  return runner->second->programs();
}

std::vector<Finding> check_programs(const PipelineFile& file, const Invocation& invocation) {
  const auto executor = make_local_executor(nullptr);
  std::vector<Finding> findings;
  for (const auto& [name, wanted] : wanted_programs(file.loaded)) {
    const auto found = find_program(name, invocation.env, invocation.cwd);
    if (!found) {
      findings.push_back(missing(name, wanted));
      continue;
    }
    const auto version = version_of(*found, name, invocation, *executor);
    const auto detail = version.empty() ? *found : fmt::format("{} ({})", *found, version);
    findings.push_back({"program", name, Health::good, detail, ""});
  }
  return findings;
}

}  // namespace pipectl::cli
