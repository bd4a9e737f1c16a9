#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api/rotation_target.hpp"
#include "core/api/secret_keeper.hpp"
#include "stages/checks/check_list.hpp"
#include "stages/rotate/new_value.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {

/// What the file says of a rotation.
struct RotateSettings {
  std::string secret;                   ///< its name
  std::string provider;                 ///< the method's key: `kubernetes`
  std::unique_ptr<StageRunner> runner;  ///< of the method; owns `place`
  const RotationPlace* place{nullptr};
  NewValue value;
  CheckList health;
  Milliseconds grace{0};  ///< both values are valid for so long
  Steps retire;           ///< makes a value invalid at its issuer; may be empty
  Milliseconds undo_timeout{300'000};
};

/// The variable in which `retire` finds the value that is to be invalid.
inline constexpr const char* retired_variable = "PIPECTL_RETIRED";

/// A secret gets a new value.
class RotateStage final : public StageRunner {
 public:
  explicit RotateStage(RotateSettings settings) : settings_(std::move(settings)) {}
  [[nodiscard]] const std::string& secret() const noexcept { return settings_.secret; }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return settings_.runner->programs();
  }
  Outcome run(StageContext& context) const override;

 private:
  RotateSettings settings_;
};

}  // namespace pipectl::stages
