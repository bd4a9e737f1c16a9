#include "core/engine/start_reason.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl {

std::string start_reason(const StageSpec& stage, const StartFacts& facts) {
  std::vector<std::string> reasons;
  if (stage.always && !facts.needs_ended_well) reasons.emplace_back("it always runs");
  if (stage.when) reasons.push_back(fmt::format("`{}` is true", stage.when->text()));
  if (!stage.changed.empty())
    reasons.push_back(fmt::format("a changed file matches {}", join(stage.changed, ", ")));
  if (!facts.approved.empty()) reasons.push_back(facts.approved);
  if (facts.resumed) reasons.emplace_back("the run was resumed");
  return join(reasons, "; ");
}

}  // namespace pipectl
