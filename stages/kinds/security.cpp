#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_security_kind() {
  return std::make_unique<CommandKind>("security", "Looks for known weaknesses and leaked secrets");
}

}  // namespace pipectl::stages
