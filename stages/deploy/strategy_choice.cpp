#include "stages/deploy/strategy_choice.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {

Result<const DeployStrategy*> StrategyChoice::choose(const expr::Scope& scope,
                                                     const DeployAbilities& abilities) const {
  if (named_ != nullptr) return named_.get();
  const std::string name = TRY(name_.evaluate(scope));
  const auto found = known_.find(name);
  if (found == known_.end()) {
    std::vector<std::string> names;
    for (const auto& [each, strategy] : known_) names.push_back(each);
    return fail(Fault::step, fmt::format("unknown strategy '{}'", printable(name)),
                "one of: " + join(names, ", "));
  }
  if (found->second->needs_beside() && !abilities.beside)
    return fail(Fault::step,
                fmt::format("strategy '{}' needs a target that can run two releases side by side",
                            printable(name)),
                "commands cannot; `kubernetes` and `docker` can");
  return found->second.get();
}

std::vector<std::string> StrategyChoice::preview(const expr::Scope& scope,
                                                 const DeployAbilities& abilities) const {
  const DeployStrategy* strategy = named_.get();
  if (strategy == nullptr) {
    const auto found = known_.find(shown(name_, scope));
    if (found == known_.end()) return {"step: as the strategy " + shown(name_, scope) + " has it"};
    strategy = found->second.get();
  }
  std::vector<std::string> lines;
  for (const DeployStep& step : strategy->steps(abilities))
    lines.push_back("step: " + describe(step));
  return lines;
}

}  // namespace pipectl::stages
