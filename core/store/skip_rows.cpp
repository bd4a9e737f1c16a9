#include "core/store/skip_rows.hpp"

namespace pipectl::store {

void put_result(Database& database, const SkipRow& row) {
  database
      .query(
          "INSERT OR REPLACE INTO result (key, stage, run, made_at, used_at, blob, summary, vals, "
          "outputs, inputs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
      .bind(row.key, row.stage, row.run, row.made_at, row.used_at, row.blob, row.summary,
            encode(row.values), encode(row.outputs), encode(row.inputs))
      .run();
}

std::optional<SkipRow> result_of_key(Database& database, const std::string& key) {
  auto found = database.query(
      "SELECT stage, run, made_at, used_at, blob, summary, vals, outputs FROM result "
      "WHERE key = ?1");
  if (!found.bind(key).step()) return std::nullopt;
  SkipRow row;
  row.key = key;
  row.stage = found.text(0);
  row.run = found.text(1);
  row.made_at = found.integer(2);
  row.used_at = found.integer(3);
  row.blob = found.text(4);
  row.summary = found.text(5);
  row.values = decode(found.text(6));
  row.outputs = decode(found.text(7));
  return row;
}

std::optional<NameValues> latest_inputs(Database& database, const std::string& stage) {
  auto found = database.query(
      "SELECT inputs FROM result WHERE stage = ?1 ORDER BY made_at DESC, rowid DESC LIMIT 1");
  if (!found.bind(stage).step()) return std::nullopt;
  return decode(found.text(0));
}

void mark_result_used(Database& database, const std::string& key, std::int64_t at) {
  database.query("UPDATE result SET used_at = ?2 WHERE key = ?1").bind(key, at).run();
}

void forget_before(Database& database, std::int64_t at) {
  database.query("DELETE FROM result WHERE used_at < ?1").bind(at).run();
  // Also those of files that are in use: they are read once more.
  database.query("DELETE FROM file WHERE seen < ?1").bind(at).run();
}

}  // namespace pipectl::store
