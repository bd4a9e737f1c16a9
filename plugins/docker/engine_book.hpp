#pragma once

#include <optional>
#include <string>

#include "core/api/deploy_target.hpp"
#include "plugins/docker/client.hpp"

// What an engine itself keeps of a deployment, so that any machine that reaches it knows: a record
// and a lock. Both are containers that never run; the engine's rule that a name is given once makes
// the lock one.

namespace pipectl::docker {

/// An image with nothing in it, for containers that never run: made when it is not there, without a
/// registry. Its name.
[[nodiscard]] Result<std::string> empty_image(const Client& client, const Call& call);

/// One text in a label of a container of this name. It is replaced as a whole: a crash in between
/// leaves the old one or the new one.
class EngineRecord {
 public:
  EngineRecord(const Client& client, StageContext& context, std::string name)
      : client_(client), context_(context), name_(std::move(name)) {}

  [[nodiscard]] Result<std::optional<std::string>> read(const DeployWork& work) const;
  /// `image` is what the container is made of, and keeps from being pruned.
  [[nodiscard]] Result<void> write(const std::string& text, const std::string& image,
                                   const DeployWork& work) const;

 private:
  const Client& client_;
  StageContext& context_;
  std::string name_;
};

/// The lock of a deployment, held by the stage of a run. A run that died holds it until it is over,
/// or until it is resumed. Renewed at each step, for as long as the step may take.
class EngineLock {
 public:
  /// `what` is unique in the engine: `compose-shop`.
  EngineLock(const Client& client, StageContext& context, const std::string& what);
  ~EngineLock();
  EngineLock(const EngineLock&) = delete;
  EngineLock& operator=(const EngineLock&) = delete;

  /// Takes it, or goes on holding it. Fault::infrastructure when another run has it, or has had it
  /// since.
  [[nodiscard]] Result<void> take(const DeployWork& work) { return hold(work, Force::no); }
  /// Takes it from whoever has it.
  [[nodiscard]] Result<void> seize(const DeployWork& work) { return hold(work, Force::yes); }
  /// It was ours, and somebody has taken it or removed it.
  [[nodiscard]] bool is_lost() const noexcept { return lost_; }
  /// Run and stage that had it and did not give it free, or empty: a deploy that was not finished.
  [[nodiscard]] const std::string& taken_from() const noexcept { return taken_from_; }

 private:
  enum class Force { no, yes };
  struct Held {
    std::string id;
    std::string by;
    WallTime until;
  };
  [[nodiscard]] Result<void> hold(const DeployWork& work, Force force);
  [[nodiscard]] Result<std::optional<Held>> look(const Call& call) const;
  /// Nothing: somebody was faster.
  [[nodiscard]] Result<std::optional<std::string>> make(WallTime until, const Call& call) const;
  [[nodiscard]] Result<void> renew(const Held& held, const DeployWork& work);
  /// `by` may be empty.
  [[nodiscard]] tl::unexpected<Error> lose(const std::string& by);
  [[nodiscard]] WallTime end_of(const DeployWork& work) const;
  [[nodiscard]] std::string file() const;

  const Client& client_;
  StageContext& context_;
  std::string name_;
  std::string holder_;
  std::string taken_from_;
  std::string id_;  ///< of the container, while it is ours
  bool lost_{false};
};

}  // namespace pipectl::docker
