#include "core/store/migrations/migrations.hpp"

namespace pipectl::store::migrations {

// Times are milliseconds since 1970 in UTC.
const char* const audit_0001 = R"sql(
CREATE TABLE secret_use (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  run      TEXT NOT NULL,
  role     TEXT NOT NULL,
  user     TEXT NOT NULL,
  secret   TEXT NOT NULL,
  provider TEXT NOT NULL,
  source   TEXT NOT NULL
) STRICT;
CREATE INDEX secret_use_by_run ON secret_use (run);
CREATE INDEX secret_use_by_age ON secret_use (at);
)sql";

}  // namespace pipectl::store::migrations
