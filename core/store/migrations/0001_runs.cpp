#include "core/store/migrations/migrations.hpp"

namespace pipectl::store::migrations {

// Times are milliseconds since 1970 in UTC. Values that came from outside (a branch, a parameter,
// an output) are rows, not JSON: they may hold any byte and must come back exactly as they were.
const char* const runs_0001 = R"sql(
CREATE TABLE run (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, also after a removal
  id        TEXT NOT NULL UNIQUE,
  pipeline  TEXT NOT NULL,
  file      TEXT NOT NULL,
  started   INTEGER NOT NULL,
  ended     INTEGER,
  exit_code INTEGER,                            -- NULL: unfinished
  bytes     INTEGER,                            -- what it keeps on disk; NULL: not counted yet
  CHECK ((ended IS NULL) = (exit_code IS NULL))
) STRICT;
CREATE INDEX run_of_file ON run (file, number);

CREATE TABLE run_value (                        -- what was asked for: event, git, params, …
  run     INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  section TEXT NOT NULL,
  name    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (run, section, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE stage (                            -- one row for each node of the plan, from the start
  run         INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  position    INTEGER NOT NULL,                 -- in the plan
  name        TEXT NOT NULL,
  needs       TEXT NOT NULL,                    -- positions, separated by spaces
  attempt     INTEGER NOT NULL DEFAULT 0,       -- 0: never started
  why         TEXT NOT NULL DEFAULT '',
  started     INTEGER,
  ended       INTEGER,
  pid         INTEGER,                          -- of the last process, with its start time
  pid_start   INTEGER,
  status      TEXT,                             -- NULL: never ended
  skip        TEXT,
  reason      TEXT,
  hint        TEXT,
  summary     TEXT,
  exit_code   INTEGER,
  undo_failed INTEGER NOT NULL DEFAULT 0,
  attempts    INTEGER,
  duration    INTEGER,
  PRIMARY KEY (run, position),
  CHECK ((status IS NULL) = (ended IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_value (                      -- notes for a resume; outputs of an ended stage
  run      INTEGER NOT NULL,
  position INTEGER NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('note', 'output')),
  name     TEXT NOT NULL,
  value    TEXT NOT NULL,
  PRIMARY KEY (run, position, kind, name),
  FOREIGN KEY (run, position) REFERENCES stage (run, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace pipectl::store::migrations
