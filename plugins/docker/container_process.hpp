#pragma once

#include "plugins/docker/container.hpp"

namespace pipectl::docker {

/// A command in a stage's container. The process of this host is the docker program that carries
/// its output; signals go to the container, because docker does not pass them on.
class ContainerProcess final : public Process {
 public:
  ContainerProcess(StageContainer& container, std::unique_ptr<Process> client, unsigned number)
      : container_(container), client_(std::move(client)), number_(number) {}

  [[nodiscard]] ProcessId id() const noexcept override { return client_->id(); }
  Waited wait(std::optional<SteadyTime> deadline, const CancelToken& cancel,
              CancelReason seen) override {
    return client_->wait(deadline, cancel, seen);
  }
  void interrupt() noexcept override { container_.interrupt_all(); }
  void kill() noexcept override;
  [[nodiscard]] ExitStatus status() const noexcept override;
  [[nodiscard]] bool drain_cut() const noexcept override { return client_->drain_cut(); }
  [[nodiscard]] std::optional<Error> broken() const override;

 private:
  StageContainer& container_;
  std::unique_ptr<Process> client_;
  const unsigned number_;
  std::atomic<bool> killed_{false};
};

}  // namespace pipectl::docker
