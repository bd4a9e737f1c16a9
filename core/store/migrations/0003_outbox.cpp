#include "core/store/migrations/migrations.hpp"

namespace pipectl::store::migrations {

// How long a service wants to be left alone is nothing that one of its posts has: that one goes
// when a newer one supersedes it. It is in the memory of the outbox.
const char* const outbox_0003 = "ALTER TABLE post DROP COLUMN due;";

}  // namespace pipectl::store::migrations
