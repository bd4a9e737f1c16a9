#include "core/store/migrations/migrations.hpp"

namespace pipectl::store::migrations {

// cache/fingerprints.db: only what can be found out again, so it may be deleted at any time.
const char* const fingerprints_0001 = R"sql(
CREATE TABLE file (        -- content of files by their state, so that unchanged ones are not read
  device INTEGER NOT NULL,
  inode  INTEGER NOT NULL,
  size   INTEGER NOT NULL,
  mtime  INTEGER NOT NULL, -- nanoseconds
  ctime  INTEGER NOT NULL,
  hash   TEXT NOT NULL,
  seen   INTEGER NOT NULL, -- milliseconds, when it was read
  PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (      -- of a stage that succeeded
  key     TEXT PRIMARY KEY,
  stage   TEXT NOT NULL,
  run     TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  blob    TEXT NOT NULL,   -- archive of its outputs, or empty
  summary TEXT NOT NULL,
  vals    TEXT NOT NULL,   -- $PIPECTL_OUTPUT     \
  outputs TEXT NOT NULL,   -- path, mark           > lists, see name_values.hpp
  inputs  TEXT NOT NULL    -- what the key is of  /
) STRICT;
CREATE INDEX result_of_stage ON result (stage, made_at);
)sql";

}  // namespace pipectl::store::migrations
