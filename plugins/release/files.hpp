#pragma once

#include "core/release/changes.hpp"
#include "plugins/release/plan.hpp"

namespace pipectl::releasing {

/// Fills in `files` and `notes` of the plan: the change log and the files that hold the version, as
/// they are in the commit and with what the release changes. What has it already is left out.
Result<void> write_files(const Settings& settings, const Site& site,
                         const std::vector<release::Section>& sections, Plan& plan);

}  // namespace pipectl::releasing
