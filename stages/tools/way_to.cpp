#include "stages/tools/way_to.hpp"

#include <fmt/format.h>

namespace pipectl::stages {

bool is_program(const ToolPreset& preset) {
  const auto& command = preset.command;
  return command.size() < 3 || (command.front() != "npx" && command[1] != "-m");
}

std::vector<std::string> probe_of(const ToolPreset& preset) {
  const auto& command = preset.command;
  const std::ptrdiff_t words = is_program(preset) ? 1 : 3;
  std::vector<std::string> probe(command.begin(), command.begin() + words);
  probe.emplace_back("--version");
  return probe;
}

std::string way_to(const ToolPreset& preset) {
  if (preset.image.empty())
    return fmt::format("{}; there is no well-known image of it, `image` takes your own",
                       preset.install);
  return fmt::format("{}; or with `image: {}`", preset.install, preset.image);
}

}  // namespace pipectl::stages
