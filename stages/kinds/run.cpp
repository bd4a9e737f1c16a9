#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_run_kind() {
  return std::make_unique<CommandKind>("run", "Runs commands");
}

}  // namespace pipectl::stages
