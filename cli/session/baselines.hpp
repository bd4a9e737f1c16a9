#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "core/model/run_info.hpp"
#include "core/plan/plan.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// What gates such as `new_findings` are compared with: by node, the reports of the newest run of
/// this file on the same branch (of a pull request: on its target) in which the stage ended well: a
/// failure that `allow_failure` lets pass did not. Only stages with such a gate are looked for; the
/// present run does not count.
[[nodiscard]] Result<std::map<std::string, std::filesystem::path>> find_baselines(
    store::RunStore& store, const plan::Plan& plan, const store::RunRecord& present);

/// The same for nodes by name.
[[nodiscard]] Result<std::map<std::string, std::filesystem::path>> find_baselines(
    store::RunStore& store, std::set<std::string> wanted, const store::RunRecord& present);

/// The branch that a run was of.
[[nodiscard]] const std::string& branch_of(const store::RunRequest& request) noexcept;

}  // namespace pipectl::cli
