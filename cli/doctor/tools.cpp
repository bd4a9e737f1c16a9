#include <fmt/format.h>

#include <algorithm>

#include "cli/doctor/doctor.hpp"
#include "cli/doctor/first_line.hpp"
#include "core/api/capture_output.hpp"
#include "core/base/text.hpp"
#include "core/exec/local_executor.hpp"
#include "stages/tools/way_to.hpp"

namespace pipectl::cli {
namespace {

constexpr Milliseconds patience_with_tools{30'000};  // npx reads its cache first
constexpr Milliseconds tool_grace{200};

/// A tool, and the first stage that runs it.
struct UsedTool {
  const ToolPreset* preset;
  const StageSpec* stage;
};

/// Those that another program starts: that this one is in PATH tells nothing of them.
std::vector<UsedTool> started_by_others(const config::LoadedPipeline& loaded) {
  std::vector<UsedTool> used;
  for (const auto& stage : loaded.pipeline.stages) {
    const ToolPreset* const preset = preset_of(loaded, stage);
    if (preset == nullptr || stages::is_program(*preset)) continue;
    const auto same = [&](const UsedTool& one) { return one.preset == preset; };
    if (std::ranges::none_of(used, same)) used.push_back({preset, &stage});
  }
  return used;
}

/// As far as they are known before a run: an environment of Python's is put into PATH so.
EnvMap environment_of(const StageSpec& stage, const Invocation& invocation) {
  EnvMap env = invocation.env;
  for (const auto& entry : stage.env)
    if (entry.value.is_literal()) env.insert_or_assign(entry.name, entry.value.text());
  return env;
}

std::filesystem::path directory_of(const StageSpec& stage, const PipelineFile& file) {
  std::error_code ignored;
  auto directory = file.root / stage.working_directory.text();
  const bool there =
      stage.working_directory.is_literal() && std::filesystem::is_directory(directory, ignored);
  return there ? directory : file.root;
}

/// A stage before it may install it.
Finding absent(const UsedTool& tool, const std::string& probe, const std::string& said) {
  const bool may_come = !tool.stage->needs.empty();
  auto detail = fmt::format("`{}` fails", probe);
  if (!said.empty()) detail += ": " + said;
  const auto& stage = tool.stage->name;
  detail += may_come ? fmt::format("; {} fails unless a stage before it installs it", stage)
                     : fmt::format("; {} would fail", stage);
  return {"tool", std::string(tool.preset->name), may_come ? Health::warning : Health::bad,
          std::move(detail), stages::way_to(*tool.preset)};
}

/// Of a traceback the line that says what is wrong.
std::string cause_of(std::string_view said) {
  for (const auto line : split(said, '\n'))
    if (line.find("Error: ") != line.npos) return first_line(line);
  return first_line(said);
}

/// Asks tools in the place and the environment of their stages.
struct Asker {
  const PipelineFile& file;
  const Invocation& invocation;
  Executor& executor;

  [[nodiscard]] Finding ask(const UsedTool& tool, std::vector<std::string> words) const;
};

Finding Asker::ask(const UsedTool& tool, std::vector<std::string> words) const {
  const auto shown = join(words, " ");
  CaptureOutput output{std::size_t{64} << 10U};
  auto process = executor.start({std::move(words), environment_of(*tool.stage, invocation),
                                 directory_of(*tool.stage, file), std::nullopt},
                                output);
  if (!process) return absent(tool, shown, "");
  const auto end = supervise(**process, std::chrono::steady_clock::now() + patience_with_tools,
                             CancelToken{}, tool_grace);
  if (end.ended != Ended::by_itself)
    return {"tool", std::string(tool.preset->name), Health::note,
            fmt::format("`{}` did not end within 30 seconds", shown), ""};
  if (!end.status.success()) return absent(tool, shown, cause_of(output.err()));
  return {"tool", std::string(tool.preset->name), Health::good,
          fmt::format("`{}` answers {}", shown, first_line(output.out())), ""};
}

Finding look_at(const UsedTool& tool, const Asker& asker) {
  auto whole = asker.ask(tool, stages::probe_of(*tool.preset));
  const auto& part = tool.preset->part;
  if (part.empty() || whole.health != Health::good) return whole;
  auto of_part = asker.ask(tool, {part.begin(), part.end()});
  return of_part.health == Health::good ? whole : of_part;
}

}  // namespace

std::vector<Finding> check_tools(const PipelineFile& file, const Invocation& invocation) {
  const auto executor = make_local_executor(nullptr);
  std::vector<Finding> findings;
  for (const auto& tool : started_by_others(file.loaded))
    findings.push_back(look_at(tool, {file, invocation, *executor}));
  return findings;
}

}  // namespace pipectl::cli
