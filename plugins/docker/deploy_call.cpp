#include "plugins/docker/deploy_call.hpp"

#include <algorithm>

namespace pipectl::docker {
namespace {

constexpr Milliseconds longest{30 * 60'000};

}  // namespace

Call deploy_call(const StageContext& context, const DeployWork& work) {
  auto deadline = context.clock.steady() + longest;
  if (work.limit) deadline = std::min(deadline, work.limit->deadline);
  const bool of_stage = work.lifetime == Lifetime::stage;
  if (of_stage && context.deadline) deadline = std::min(deadline, *context.deadline);
  return {.deadline = deadline, .cancel = of_stage ? context.cancel : context.cleanup};
}

}  // namespace pipectl::docker
