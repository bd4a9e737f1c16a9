#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_publish_kind() {
  return std::make_unique<CommandKind>("publish", "Makes available what was built");
}

}  // namespace pipectl::stages
