#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/deploy_step.hpp"
#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

/// How far a deploy had come, as its stage remembers it through a crash. Journaled before each step
/// begins, so that a resumed run goes on with the step that it was at:
///
///   applying, settling, shifting, pausing, analysing, checking, recording, retiring
///              that step, which number is written beside it, is done again
///   undoing    it had failed: all that had begun is undone again, and the outcome is that of a
///              failed deploy
///   ended      nothing is left to do; the next attempt begins anew
///
/// Every step must bear being done twice: a deploy that looked at nothing but its journal could be
/// wrong about the world.
struct DeployMemory {
  enum class State { fresh, working, undoing };
  State state{State::fresh};
  std::size_t step{0};  ///< the one that it was at, or that failed
  std::string failure;  ///< why it is undone
};

[[nodiscard]] DeployMemory recall_deploy(const StageContext& context,
                                         const std::vector<DeployStep>& steps);

/// Journals that the step begins. Nothing of it may when this fails.
[[nodiscard]] Result<void> remember_step(StageContext& context, const DeployStep& step,
                                         std::size_t number);
[[nodiscard]] Result<void> remember_undoing(StageContext& context, const std::string& failure);
[[nodiscard]] Result<void> remember_end(StageContext& context);

/// What somebody asked for by hand, instead of a deploy.
struct GoBack {
  std::string run;  ///< empty: the release before
};
/// How `pipectl rollback` asks for it: notes that its run gives to the stage.
[[nodiscard]] std::map<std::string, std::string> to_notes(const GoBack& request);
[[nodiscard]] std::optional<GoBack> recall_request(
    const std::map<std::string, std::string>& remembered);
/// Journals that it was done, in these words: a resumed run must not go one release further back.
[[nodiscard]] Result<void> remember_way_back(StageContext& context, const std::string& done);
/// Those words, or nothing while it was not done.
[[nodiscard]] std::optional<std::string> recall_way_back(const StageContext& context);

}  // namespace pipectl::stages
