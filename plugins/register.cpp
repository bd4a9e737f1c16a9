#include "plugins/register.hpp"

namespace pipectl {

void register_plugins(Registry& registry) { static_cast<void>(registry); }

}  // namespace pipectl
