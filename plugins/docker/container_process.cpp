#include "plugins/docker/container_process.hpp"

namespace pipectl::docker {

void ContainerProcess::kill() noexcept {
  killed_ = true;
  // The docker program ends with its command; where the engine does not answer, nobody waits for
  // it.
  if (!container_.kill_all()) client_->kill();
}

ExitStatus ContainerProcess::status() const noexcept {
  if (const auto code = container_.exit_code_of(number_)) return ExitStatus{false, *code};
  return client_->status();
}

std::optional<Error> ContainerProcess::broken() const {
  if (killed_ || container_.exit_code_of(number_)) return std::nullopt;
  return container_.what_happened();
}

}  // namespace pipectl::docker
