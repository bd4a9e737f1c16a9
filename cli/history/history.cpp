#include "cli/history/history.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <deque>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "core/base/text.hpp"
#include "core/config/load.hpp"

namespace pipectl::cli {
namespace {

namespace fs = std::filesystem;

std::vector<const store::StageRecord*> instances_of(const store::RunRecord& run,
                                                    const std::string& name) {
  std::vector<const store::StageRecord*> found;
  for (const auto& stage : run.stages)
    if (stage.name.starts_with(name + " (")) found.push_back(&stage);
  return found;
}

/// A run does not keep its groups; its file may have changed since, or be gone.
std::vector<std::string> members_of(const store::RunRecord& run, const std::string& group) {
  Diagnostics ignored;
  std::deque<std::unique_ptr<SourceFile>> sources;
  const auto loaded = config::load(run.request.file, make_registry(), ignored, sources);
  std::vector<std::string> names;
  if (!loaded) return names;
  for (const auto& one : loaded->pipeline.groups) {
    if (one.name != group) continue;
    for (const auto& member : one.members) {
      if (run.stage(member) != nullptr) names.push_back(member);
      for (const auto* const instance : instances_of(run, member)) names.push_back(instance->name);
    }
  }
  return names;
}

std::string hint_for(const store::RunRecord& run, const std::string& name) {
  std::string hint;
  for (const auto* const instance : instances_of(run, name))
    hint += " " + shell_quoted(instance->name);
  if (!hint.empty()) return "one of its instances:" + hint;
  for (const auto& member : members_of(run, name)) hint += " " + shell_quoted(member);
  if (!hint.empty()) return "it is a group; one of its stages:" + hint;
  std::vector<std::string_view> names;
  for (const auto& stage : run.stages) names.push_back(stage.name);
  return suggestion(name, names);
}

}  // namespace

void add_history_options(CLI::App& command, HistoryOptions& options) {
  command.add_option("--file", options.file, "The pipeline file whose runs are meant")
      ->type_name("FILE");
  command.add_flag("--json", options.json, "Print JSON");
}

Result<fs::path> history_dir(const HistoryOptions& options, const Invocation& invocation) {
  const auto set = invocation.env.find("PIPECTL_STATE_DIR");
  if (set != invocation.env.end() && !set->second.empty()) return state_dir(invocation, {});
  auto file = config::find_file(options.file, invocation.cwd);
  if (file) return state_dir(invocation, fs::absolute(*file).lexically_normal());
  if (!options.file.empty()) return tl::unexpected(file.error());
  // The file may be gone; what it did is still there.
  for (fs::path folder = invocation.cwd;; folder = folder.parent_path()) {
    std::error_code error;
    if (fs::exists(folder / ".pipectl" / "runs.db", error)) return folder / ".pipectl";
    if (folder == folder.parent_path()) return fs::path{};
  }
}

Result<std::unique_ptr<store::RunStore>> open_history(const HistoryOptions& options,
                                                      const Invocation& invocation) {
  const fs::path directory = TRY(history_dir(options, invocation));
  if (directory.empty()) return std::unique_ptr<store::RunStore>{};
  return store::RunStore::open_existing(directory);
}

Result<std::unique_ptr<store::RunStore>> need_history(const HistoryOptions& options,
                                                      const Invocation& invocation) {
  auto history = TRY(open_history(options, invocation));
  if (history) return history;
  return fail(Fault::usage, "nothing has run here yet", "'pipectl run' runs the pipeline");
}

Result<const store::StageRecord*> find_stage(const store::RunRecord& run, const std::string& name) {
  if (const auto* const stage = run.stage(name)) return stage;
  const auto instances = instances_of(run, name);
  if (instances.size() == 1) return instances.front();
  return fail(Fault::usage, fmt::format("run {} has no stage '{}'", run.id, printable(name)),
              hint_for(run, name));
}

RunResult result_of(const store::RunRecord& run, bool is_running) noexcept {
  using ui::Paint;
  if (is_running) return {"running", Paint::cyan};
  if (!run.exit_code) return {"unfinished", Paint::yellow};
  switch (*run.exit_code) {
    case 0:
      return {"passed", Paint::green};
    case 1:
      return {"failed", Paint::red};
    case 3:
      return {"infrastructure", Paint::red};
    case 4:
      return {"waiting", Paint::cyan};
    case 5:
      return {"undone", Paint::red};
    case 6:
      return {"undo failed", Paint::red};
    case 70:
      return {"bug", Paint::red};
    default:
      break;
  }
  return *run.exit_code >= 128 ? RunResult{"interrupted", Paint::yellow}
                               : RunResult{"failed", Paint::red};
}

std::string local_time(WallTime time) {
  const std::time_t second = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  ::localtime_r(&second, &local);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", local);
}

}  // namespace pipectl::cli
