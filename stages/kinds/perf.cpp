#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_perf_kind() {
  return std::make_unique<CommandKind>("perf", "Measures speed under load");
}

}  // namespace pipectl::stages
