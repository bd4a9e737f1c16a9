#include "core/store/migrations/migrations.hpp"

namespace pipectl::store::migrations {

// An id tells a delivery apart from the one that replaced it meanwhile, so it cannot be handed on.
const char* const outbox_0002 = R"sql(
ALTER TABLE post ADD COLUMN place INTEGER;  -- among the ids, where it is another than its own
CREATE INDEX post_by_place ON post (file, target, coalesce(place, id), id);
)sql";

}  // namespace pipectl::store::migrations
