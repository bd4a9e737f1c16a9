#include "cli/app.hpp"

namespace pipectl::cli {

Registry make_registry() {
  Registry registry;
  return registry;
}

}  // namespace pipectl::cli
