#include "stages/register.hpp"

namespace pipectl {

void register_stages(Registry& registry) { static_cast<void>(registry); }

}  // namespace pipectl
