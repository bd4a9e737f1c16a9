#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_build_kind() {
  return std::make_unique<CommandKind>("build", "Builds what is delivered");
}

}  // namespace pipectl::stages
