#include "cli/report/report_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/history/history.hpp"
#include "cli/history/record_json.hpp"
#include "cli/report/log_excerpt.hpp"
#include "cli/report/stage_data.hpp"
#include "cli/session/baselines.hpp"
#include "core/base/text.hpp"
#include "core/store/report_files.hpp"

namespace pipectl::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_log = 256 << 10;
constexpr std::size_t shortest_log = 4 << 10;
constexpr std::size_t all_logs = 24 << 20;
constexpr std::size_t runs_compared = 20;
constexpr std::size_t runs_searched = 200;

void add_log(Json& stage, const store::RunRecord& run, const std::filesystem::path& log,
             std::size_t most) {
  const auto excerpt = read_excerpt(log, most);
  if (!excerpt || !excerpt->found || excerpt->bytes == 0) return;
  Json& text = stage["text"];
  text = {{"bytes", excerpt->bytes}, {"head", excerpt->head}};
  if (excerpt->omitted == 0) return;
  text["tail"] = excerpt->tail;
  text["tail_line"] = excerpt->tail_line;
  text["omitted"] = excerpt->omitted;
  text["path"] = log.string();
  text["command"] =
      fmt::format("pipectl logs {} {}", run.id, shell_quoted(stage.at("stage").get<std::string>()));
}

std::map<std::string, std::filesystem::path> baselines_of(store::RunStore& history,
                                                          const store::RunRecord& run) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& stage : run.stages)
    if (std::filesystem::exists(store::reports_dir(history.run_dir(run.id), stage.name), ignored))
      names.insert(stage.name);
  auto found = find_baselines(history, std::move(names), run);
  return found ? std::move(*found) : std::map<std::string, std::filesystem::path>();
}

/// What the gate compared with.
std::optional<std::filesystem::path> baseline_of(
    const std::filesystem::path& reports, const std::string& stage,
    const std::map<std::string, std::filesystem::path>& earlier) {
  std::error_code ignored;
  if (auto committed = store::committed_baseline_dir(reports);
      std::filesystem::exists(committed / "summary.json", ignored))
    return committed;
  const auto found = earlier.find(stage);
  return found == earlier.end() ? std::nullopt : std::optional(found->second);
}

/// This run and those before it of the same file and branch, the oldest first.
std::vector<std::string> kindred(store::RunStore& history, const store::RunRecord& run) {
  std::vector<std::string> ids;
  const auto runs = history.list(runs_searched);
  if (!runs) return ids;
  for (const auto& one : *runs) {
    const bool same =
        one.request.file == run.request.file && branch_of(one.request) == branch_of(run.request);
    if (same && one.id <= run.id && ids.size() < runs_compared) ids.push_back(one.id);
  }
  std::ranges::reverse(ids);
  return ids;
}

Json history_of(store::RunStore& history, const store::RunRecord& run) {
  Json all = Json::array();
  for (const auto& id : kindred(history, run)) {
    const auto past = history.load(id);
    if (!past || !past->ended) continue;
    Json one{{"run", id},
             {"number", past->number},
             {"started", iso8601(past->started)},
             {"result", result_of(*past, history.is_running(id)).word}};
    const auto took = std::chrono::duration_cast<Milliseconds>(*past->ended - past->started);
    one["duration_ms"] = std::max<long>(0, took.count());
    Json& stages = one["stages"] = Json::object();
    for (const auto& stage : past->stages) {
      if (!stage.outcome || stage.outcome->status == Status::skipped) continue;
      Json& figures = stages[stage.name];
      figures["duration_ms"] = stage.outcome->duration.count();
      add_figures(figures, store::reports_dir(history.run_dir(id), stage.name));
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

Result<std::string> report_data(store::RunStore& history, const store::RunRecord& run,
                                WallTime now) {
  Json page = Json::parse(json_of_run(run, history));
  page["pipectl"] = PIPECTL_VERSION;
  page["made"] = iso8601(now);
  const auto baselines = baselines_of(history, run);
  const std::size_t most =
      std::clamp(all_logs / std::max<std::size_t>(1, run.stages.size()), shortest_log, longest_log);
  for (std::size_t i = 0; i < run.stages.size(); ++i) {
    const std::string& name = run.stages[i].name;
    Json& stage = page.at("stages").at(i);
    const auto reports = store::reports_dir(history.run_dir(run.id), name);
    add_reports(stage, reports, baseline_of(reports, name, baselines));
    add_artifacts(stage, history.artifacts_dir(run.id, name));
    add_log(stage, run, history.log_file(run.id, name), most);
  }
  page["history"] = history_of(history, run);
  return page.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pipectl::cli
