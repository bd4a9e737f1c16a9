#pragma once

#include <string>

#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

/// How far a deploy had come, as its stage remembers it through a crash. Journaled before each
/// part begins, so that a resumed run goes on from there:
///
///   applying   what it had done is unknown: it is applied again from the first command
///   checking   everything was applied: only the health is looked at
///   undoing    it had failed: the undo runs again, and the outcome is that of a failed deploy
///   ended      nothing is left to do; the next attempt begins anew
///
/// The commands of a deploy must bear being run twice. A deploy that looked at nothing but its
/// journal could be wrong about the world; the health checks look at the world itself.
enum class DeployPhase { none, applying, checking, undoing, ended };

struct DeployMemory {
  DeployPhase phase{DeployPhase::none};
  std::string failure;  ///< why it is undone
};

[[nodiscard]] DeployMemory recall_deploy(const StageContext& context);
/// Journals the phase. Nothing of it may begin when this fails.
[[nodiscard]] Result<void> remember_deploy(StageContext& context, DeployPhase phase,
                                           const std::string& failure = {});

}  // namespace pipectl::stages
