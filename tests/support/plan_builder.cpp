#include "tests/support/plan_builder.hpp"

#include <stdexcept>

namespace pipectl::test {

PlanBuilder::PlanBuilder() {
  pipeline_.name = "test";
  pipeline_.stages.reserve(1'000);  // references that add() gave stay valid
}

StageSpec& PlanBuilder::add(const std::string& name, const std::vector<std::string>& needs) {
  if (pipeline_.stages.size() == pipeline_.stages.capacity())
    throw std::length_error{"PlanBuilder: too many stages"};
  StageSpec stage;
  stage.name = name;
  for (const auto& need : needs) stage.needs.push_back({need, {}});
  pipeline_.stages.push_back(std::move(stage));
  return pipeline_.stages.back();
}

void PlanBuilder::when(const std::string& stage, const std::string& condition) {
  Diagnostics diagnostics;
  for (auto& spec : pipeline_.stages)
    if (spec.name == stage) spec.when = expr::Expression::parse(condition, {}, diagnostics);
  if (diagnostics.has_errors()) throw std::invalid_argument{render(diagnostics.all())};
}

plan::Plan PlanBuilder::plan() {
  auto plan = plan::make_plan(pipeline_, {}, {});
  if (!plan) throw std::invalid_argument{plan.error().message};
  return std::move(*plan);
}

}  // namespace pipectl::test
