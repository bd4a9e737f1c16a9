#include "stages/command_stage.hpp"
#include "stages/provision/provision.hpp"

namespace pipectl::stages {

std::unique_ptr<StageKind> make_provision_kind() {
  return std::make_unique<CommandKind>("provision", "Makes what the release runs on");
}

}  // namespace pipectl::stages
