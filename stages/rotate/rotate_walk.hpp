#pragma once

#include <optional>
#include <string>

#include "stages/rotate/rotate_stage.hpp"

namespace pipectl::stages {

/// One rotation, from the new value to the end of the old one. What is under way is written down at
/// the target before it is begun, so a walk that broke anywhere is walked again from there. Until
/// the new value is in service and healthy a failure takes everything back; after that the old one
/// is only ever retired.
class RotateWalk {
 public:
  struct Parts {
    StageContext& context;
    RotationTarget& target;
    SecretKeeper& keeper;
  };
  RotateWalk(const RotateSettings& settings, const Parts& parts)
      : settings_(settings),
        target_(parts.target),
        context_(parts.context),
        keeper_(parts.keeper) {}
  Outcome go();

 private:
  enum class Restarted { no, perhaps };

  Result<void> begin();
  Result<void> go_on(const Rotation& found);
  Result<void> issue_undone();
  Outcome walk();
  Outcome bring_into_service();
  Outcome grace();
  Outcome retire();
  Outcome undo(Outcome failure);
  Result<void> take_back();
  [[nodiscard]] Outcome rotated() const;
  Result<void> enter(Rotation::Phase phase, const DeployWork& work);
  Result<void> write_deed(const std::string& deed);
  Result<void> make_invalid(const std::string& value, const DeployWork& work);
  [[nodiscard]] DeployWork undo_work() const;

  const RotateSettings& settings_;
  RotationTarget& target_;
  StageContext& context_;
  SecretKeeper& keeper_;
  Rotation rotation_;
  Restarted restarted_{Restarted::no};
};

}  // namespace pipectl::stages
