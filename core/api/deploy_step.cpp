#include "core/api/deploy_step.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl {

std::string describe(const DeployStep& step) {
  switch (step.deed) {
    case DeployStep::Deed::apply:
      return step.place == DeployPlace::instead ? "apply" : "apply beside";
    case DeployStep::Deed::settle:
      return "settle";
    case DeployStep::Deed::shift:
      return fmt::format("shift {}%", step.share);
    case DeployStep::Deed::pause:
      return "pause " + human_duration(step.time);
    case DeployStep::Deed::analyse:
      return "analyse";
    case DeployStep::Deed::check:
      return "health";
    case DeployStep::Deed::record:
      return "record";
    case DeployStep::Deed::retire:
      return "retire";
  }
  return "step";
}

std::string describe(DeployStep::Undo undo) {
  switch (undo) {
    case DeployStep::Undo::none:
      return "nothing";
    case DeployStep::Undo::restore:
      return "restore";
    case DeployStep::Undo::shift_back:
      return "shift back";
    case DeployStep::Undo::remove:
      return "remove";
  }
  return "nothing";
}

}  // namespace pipectl
