#include "cli/session/baselines.hpp"

#include <algorithm>
#include <set>

#include "core/engine/report_baseline.hpp"
#include "core/store/report_files.hpp"

namespace pipectl::cli {
namespace {

constexpr std::size_t runs_with_a_baseline = 200;

/// `warned` is a failure that is let pass: compared with it, what made it fail would be known.
bool ended_well(const store::StageRecord* stage) {
  return stage != nullptr && stage->outcome &&
         (stage->outcome->status == Status::succeeded || stage->outcome->status == Status::cached);
}

/// A pull request is compared with what it is to be merged into.
std::string wanted_branch(const store::RunRequest& request) {
  if (request.event.kind == EventKind::pull_request && !request.event.target_branch.empty())
    return request.event.target_branch;
  return branch_of(request);
}

std::set<std::string> nodes_that_compare(const plan::Plan& plan) {
  std::set<std::string> names;
  for (const auto& node : plan.nodes)
    if (std::ranges::any_of(node.stage->gates,
                            [](const Gate& gate) { return compares_with_baseline(gate.metric); }))
      names.insert(node.name);
  return names;
}

}  // namespace

const std::string& branch_of(const store::RunRequest& request) noexcept {
  return request.git.branch.empty() ? request.event.branch : request.git.branch;
}

Result<std::map<std::string, std::filesystem::path>> find_baselines(
    store::RunStore& store, const plan::Plan& plan, const store::RunRecord& present) {
  return find_baselines(store, nodes_that_compare(plan), present);
}

Result<std::map<std::string, std::filesystem::path>> find_baselines(
    store::RunStore& store, std::set<std::string> wanted, const store::RunRecord& present) {
  std::map<std::string, std::filesystem::path> found;
  if (wanted.empty()) return found;
  const auto branch = wanted_branch(present.request);
  for (const auto& listed : TRY(store.list(runs_with_a_baseline))) {
    if (wanted.empty()) break;
    if (listed.id >= present.id) continue;
    const auto run = TRY(store.load(listed.id));
    if (run.request.file != present.request.file || branch_of(run.request) != branch) continue;
    for (auto name = wanted.begin(); name != wanted.end();) {
      const auto dir = store::reports_dir(store.run_dir(run.id), *name);
      const bool good =
          ended_well(run.stage(*name)) && std::filesystem::exists(dir / "summary.json");
      if (good) found.emplace(*name, dir);
      name = good ? wanted.erase(name) : std::next(name);
    }
  }
  return found;
}

}  // namespace pipectl::cli
