#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_test_kind() {
  return std::make_unique<CommandKind>("test", "Runs tests");
}

}  // namespace pipectl::stages
