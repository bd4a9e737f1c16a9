#include "cli/app.hpp"
#include "plugins/register.hpp"
#include "stages/register.hpp"

namespace pipectl::cli {

Registry make_registry() {
  Registry registry;
  register_stages(registry);
  register_plugins(registry);
  return registry;
}

}  // namespace pipectl::cli
