#include "stages/tools/tools.hpp"

namespace pipectl::stages {

void register_tools(Registry& registry) {
  for (auto table : {linters(), test_runners(), scanners(), load_tools()})
    for (auto& preset : table) registry.add(std::move(preset));
}

}  // namespace pipectl::stages
