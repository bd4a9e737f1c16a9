#pragma once

#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "core/model/leniency.hpp"

namespace pipectl {

/// Runs tests of a stage again, `SUITE\tNAME` each, which its commands find in
/// $PIPECTL_FAILED_TESTS, one in each line. The outcome is that of the command: a test that fails
/// once more fails it.
[[nodiscard]] Outcome rerun_tests(const FlakyPolicy& policy, const std::vector<std::string>& tests,
                                  StageContext& context);

}  // namespace pipectl
