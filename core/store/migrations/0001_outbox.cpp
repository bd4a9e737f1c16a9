#include "core/store/migrations/migrations.hpp"

namespace pipectl::store::migrations {

// Times are milliseconds since 1970 in UTC. A run may be gone before what it had to tell is told,
// so nothing refers to runs.db.
const char* const outbox_0001 = R"sql(
CREATE TABLE post (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which a target gets them
  file     TEXT NOT NULL,                      -- pipeline file
  target   TEXT NOT NULL,                      -- entry of its `notify:`
  run      TEXT NOT NULL,
  key      TEXT NOT NULL,
  payload  TEXT NOT NULL,
  stored   INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due      INTEGER NOT NULL DEFAULT 0,         -- not to be tried before
  problem  TEXT NOT NULL DEFAULT ''            -- of the last try
) STRICT;
CREATE INDEX post_of_target ON post (file, target, id);

CREATE TABLE memory (                          -- ids of messages to be changed
  file   TEXT NOT NULL,
  target TEXT NOT NULL,
  name   TEXT NOT NULL,
  value  TEXT NOT NULL,
  stored INTEGER NOT NULL,
  PRIMARY KEY (file, target, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_by_age ON memory (stored);
)sql";

}  // namespace pipectl::store::migrations
