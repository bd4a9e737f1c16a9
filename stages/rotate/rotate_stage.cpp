#include "stages/rotate/rotate_stage.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/rotate/rotate_walk.hpp"

namespace pipectl::stages {

std::vector<std::string> RotateStage::preview(const expr::Scope& scope) const {
  std::vector<std::string> lines{settings_.value.preview(scope)};
  const auto add = [&lines](const std::vector<std::string>& more, const std::string& word) {
    for (const std::string& line : more) lines.push_back(word + line);
  };
  add(settings_.place->preview_put(scope), "");
  preview_checks(settings_.health, scope, lines);
  if (settings_.grace.count() > 0)
    lines.push_back(fmt::format("wait {}: the old value and the new one are valid",
                                human_duration(settings_.grace)));
  add(settings_.place->preview_retire(scope), "");
  add(settings_.retire.preview(scope), "retire the old value: ");
  lines.emplace_back("on failure before that: the old value is put back, and read again");
  return lines;
}

Outcome RotateStage::run(StageContext& context) const {
  if (context.cancel.cancelled())
    return outcome_of(Error{Fault::cancelled, describe(context.cancel.reason()), {}});
  auto* const keeper = dynamic_cast<SecretKeeper*>(&context.emit);
  if (keeper == nullptr)
    return outcome_of(Error{Fault::bug, "nobody here keeps the values of secrets", {}});
  const auto target = settings_.place->open(context);
  if (!target) return outcome_of(target.error());
  context.route = (*target)->http();
  Outcome outcome = RotateWalk{settings_, {context, **target, *keeper}}.go();
  context.route = nullptr;
  return outcome;
}

}  // namespace pipectl::stages
