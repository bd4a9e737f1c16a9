#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include "core/exec/executor.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/client.hpp"
#include "plugins/docker/scratch.hpp"

namespace pipectl::docker {

/// Ends and removes it with its anonymous volumes, whatever its state. True when it is gone.
bool remove_container(const Client& client, const std::string& name) noexcept;

/// The container that a stage's commands run in, one after the other, as an executor. Its own
/// process only waits; each command is a `docker exec`, so that what one leaves in the file system
/// the next one finds. Destroying it removes the container.
class StageContainer final : public Executor {
 public:
  struct Parts {
    Client client;
    NewContainer made;                  ///< `made.name` is how it is found again, by name only
    EnvMap secrets;                     ///< granted to the commands
    Scratch& scratch;                   ///< this host's side of scratch_mount
    std::vector<std::string> networks;  ///< to join beside its own
  };
  explicit StageContainer(Parts parts) : parts_(std::move(parts)) {}
  ~StageContainer() override;
  StageContainer(const StageContainer&) = delete;
  StageContainer& operator=(const StageContainer&) = delete;

  /// Makes and starts it. Errors: explain().
  [[nodiscard]] Result<void> open(const Call& call);

  Result<std::unique_ptr<Process>> start(const Command& command, OutputSink& sink) override;

  // For the processes in it. All of them may be called from any thread.

  void interrupt_all() noexcept;  ///< SIGTERM to everything that runs in it
  /// Ends the container; the next command starts it again. False when the engine did not do it.
  bool kill_all() noexcept;
  /// The exit code that a command left, or nothing.
  [[nodiscard]] std::optional<int> exit_code_of(unsigned number) const;
  /// Why there is none.
  [[nodiscard]] Error what_happened() const;

 private:
  [[nodiscard]] Result<void> begin(const Call& call);
  [[nodiscard]] ExecRequest request_of(const Command& command, unsigned number) const;

  const Parts parts_;
  std::atomic<bool> made_{false};
  std::atomic<bool> stopped_{false};  ///< kill_all() ended it
  std::atomic<unsigned> commands_{0};
};

}  // namespace pipectl::docker
