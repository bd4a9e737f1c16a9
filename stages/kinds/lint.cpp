#include "stages/command_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_lint_kind() {
  return std::make_unique<CommandKind>("lint", "Checks the form of the sources");
}

}  // namespace pipectl::stages
