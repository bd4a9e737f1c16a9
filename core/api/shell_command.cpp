#include "core/api/shell_command.hpp"

#include <utility>

namespace pipectl {

std::vector<std::string> shell_command(Shell shell, std::string text) {
  if (shell == Shell::bash) return {"bash", "-e", "-o", "pipefail", "-c", std::move(text)};
  return {"sh", "-e", "-c", std::move(text)};
}

}  // namespace pipectl
