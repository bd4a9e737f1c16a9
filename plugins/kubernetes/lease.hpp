#pragma once

#include <string>
#include <string_view>

#include "plugins/kubernetes/kubectl.hpp"

namespace pipectl::plugins::kubernetes {

/// The lock of a deployment: a Lease beside it, held by the stage of a run. A run that died holds
/// it until it is over, or until it is resumed. Renewed at each step, for as long as the step may
/// take.
class Lease {
 public:
  Lease(const Kubectl& kubectl, const std::string& deployment, std::string holder,
        std::string_view doing = "deploying")
      : kubectl_(kubectl),
        name_("pipectl-" + deployment),
        holder_(std::move(holder)),
        doing_(doing) {}

  /// Takes it, or goes on holding it. Fault::infrastructure when another run has it, or has had it
  /// since.
  [[nodiscard]] Result<void> take(const DeployWork& work);
  /// Takes it from whoever has it.
  [[nodiscard]] Result<void> seize(const DeployWork& work);
  void release(const DeployWork& work);
  /// It was ours, and another run has taken it.
  [[nodiscard]] bool is_lost() const noexcept { return lost_; }

 private:
  enum class Force { no, yes };
  [[nodiscard]] Result<void> hold(const DeployWork& work, Force force);
  [[nodiscard]] tl::unexpected<Error> fail_lost(const std::string& by) const;
  [[nodiscard]] std::string object(const DeployWork& work, const std::string& version) const;

  const Kubectl& kubectl_;
  std::string name_;
  std::string holder_;
  std::string_view doing_;  ///< a literal: what others are told that it is for
  bool held_{false};
  bool lost_{false};
};

}  // namespace pipectl::plugins::kubernetes
