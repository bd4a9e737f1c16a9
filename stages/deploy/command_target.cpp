#include "stages/deploy/command_target.hpp"

namespace pipectl::stages {
namespace {

class CommandTarget final : public DeployTarget {
 public:
  CommandTarget(const Steps& apply, const Steps& undo, StageContext& context)
      : apply_(apply), undo_(undo), context_(context) {}

  [[nodiscard]] std::string before() const override { return {}; }
  Result<std::string> apply(const DeployStep& /*step*/, const DeployWork& work) override {
    return run(apply_, work, "applied");
  }
  Result<std::string> settle(const DeployStep& /*step*/, const DeployWork& /*work*/) override {
    return std::string{};
  }
  Result<std::string> shift(const DeployStep& /*step*/, const DeployWork& /*work*/) override {
    return std::string{};
  }
  Result<std::string> record(const DeployStep& /*step*/, const DeployWork& /*work*/) override {
    return std::string{};
  }
  Result<std::string> retire(const DeployStep& /*step*/, const DeployWork& /*work*/) override {
    return std::string{};
  }
  Result<std::string> restore(const DeployWork& work) override { return run(undo_, work, {}); }
  Result<std::string> remove(DeployPlace /*place*/, const DeployWork& /*work*/) override {
    return std::string{};
  }
  Result<std::string> go_back(const std::string& release, const DeployWork& work) override {
    if (undo_.empty())
      return fail(Fault::step, "no `undo` is given", "give the stage the commands that go back");
    if (!release.empty())
      return fail(Fault::step, "`undo` knows the release before only", "leave `--to` out");
    return run(undo_, work, "the commands of `undo` ran");
  }
  [[nodiscard]] const Outcome* failure() const override { return &outcome_; }

 private:
  Result<std::string> run(const Steps& steps, const DeployWork& work, std::string done) {
    outcome_ = steps.run(context_, work.lifetime, work.limit);
    if (outcome_.status == Status::succeeded) return done;
    return fail(Fault::step, outcome_.reason, outcome_.hint);
  }

  const Steps& apply_;
  const Steps& undo_;
  StageContext& context_;
  Outcome outcome_;  ///< of the commands that ran last
};

class CommandTargetSpec final : public DeployTargetSpec {
 public:
  CommandTargetSpec(Steps apply, Steps undo) : apply_(std::move(apply)), undo_(std::move(undo)) {}

  [[nodiscard]] DeployAbilities abilities() const noexcept override { return {}; }
  [[nodiscard]] std::string cannot_undo() const override {
    return undo_.empty() ? "no `undo` is given" : "";
  }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    return apply_.preview(scope);
  }
  [[nodiscard]] std::vector<std::string> preview_undo(const expr::Scope& scope) const override {
    return undo_.preview(scope);
  }
  Result<std::unique_ptr<DeployTarget>> open(StageContext& context,
                                             DeployPurpose /*purpose*/) const override {
    return std::make_unique<CommandTarget>(apply_, undo_, context);
  }

 private:
  Steps apply_;
  Steps undo_;
};

}  // namespace

std::unique_ptr<DeployTargetSpec> make_command_target(Steps apply, Steps undo) {
  return std::make_unique<CommandTargetSpec>(std::move(apply), std::move(undo));
}

}  // namespace pipectl::stages
