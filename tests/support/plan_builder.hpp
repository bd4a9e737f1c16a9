#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/model/pipeline.hpp"
#include "core/plan/plan.hpp"

namespace pipectl::test {

/// A pipeline and its plan made by hand, without YAML: `add("b", {"a"}).when("failure()")`.
class PlanBuilder {
 public:
  PlanBuilder();
  /// A stage that needs the named ones; returns it for further settings.
  StageSpec& add(const std::string& name, const std::vector<std::string>& needs = {});
  void when(const std::string& stage, const std::string& condition);

  /// Finished: the plan refers to this builder's pipeline.
  [[nodiscard]] plan::Plan plan();
  [[nodiscard]] Pipeline& pipeline() noexcept { return pipeline_; }

 private:
  Pipeline pipeline_;
};

}  // namespace pipectl::test
