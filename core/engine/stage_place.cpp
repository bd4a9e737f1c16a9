#include "core/engine/stage_place.hpp"

namespace pipectl {

void PlacedExecutor::enter(StagePlace& place, StageContext& context) {
  executor_ = &place.executor();
  for (const auto& [name, value] : place.env()) context.env[name] = value;
}

Result<std::unique_ptr<StagePlace>> open_place(const Registry* registry, StageContext& context,
                                               Executor& host) {
  const bool on_host = executor_of(context.spec) == ExecutorKind::local;
  if (on_host && context.spec.services.empty()) return nullptr;
  const auto* const docker = registry == nullptr ? nullptr : registry->executor("docker");
  if (docker == nullptr)
    return fail(Fault::bug, "the executor 'docker' is not registered",
                "this is a defect of pipectl; please report it");
  return docker->open(context, host);
}

}  // namespace pipectl
