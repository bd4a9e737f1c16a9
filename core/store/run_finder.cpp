#include "core/store/run_finder.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>

#include "core/base/text.hpp"
#include "core/store/run_rows.hpp"

namespace pipectl::store {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<RunRecord> none(const std::string& id) {
  return fail(Fault::usage, fmt::format("there is no run '{}'", printable(id)),
              "'pipectl runs' lists them");
}

Result<std::optional<RunRecord>> by_number(Database& database, std::int64_t number) {
  auto row = database.query("SELECT " PIPECTL_RUN_COLUMNS " FROM run WHERE number = ?1");
  if (!row.bind(number).step()) return std::nullopt;
  return TRY(record_of(row));
}

/// All ids that begin so lie between the prefix and the prefix followed by a last character.
Result<RunRecord> by_prefix(Database& database, const std::string& id) {
  auto rows =
      database.query("SELECT " PIPECTL_RUN_COLUMNS
                     " FROM run WHERE id >= ?1 AND id < ?1 || '~' ORDER BY id DESC LIMIT 2");
  if (id.empty() || !rows.bind(id).step()) return none(id);
  RunRecord found = TRY(record_of(rows));
  if (found.id == id || !rows.step()) return found;
  return fail(Fault::usage,
              fmt::format("more than one run begins with '{}': {}, {}", printable(id), found.id,
                          rows.text(1)),
              "give more of the id");
}

}  // namespace

Result<RunRecord> find_run(Database& database, const std::string& id) {
  if (id == "latest") {
    const std::string latest = latest_id(database);
    if (latest.empty()) return fail(Fault::usage, "there is no run yet", "'pipectl run' makes one");
    return by_prefix(database, latest);
  }
  if (const auto number = number_of(id)) {
    auto found = TRY(by_number(database, *number));
    if (found) return std::move(*found);
  }
  return by_prefix(database, id);
}

std::string latest_id(Database& database) {
  auto row = database.query("SELECT id FROM run ORDER BY number DESC LIMIT 1");
  return row.step() ? row.text(0) : std::string();
}

std::string latest_id_of(Database& database, const std::string& pipeline_file) {
  auto row = database.query("SELECT id FROM run WHERE file = ?1 ORDER BY number DESC LIMIT 1");
  row.bind(pipeline_file);
  return row.step() ? row.text(0) : std::string();
}

Result<std::vector<RunRecord>> newest_runs(Database& database, std::size_t most) {
  constexpr auto all = std::numeric_limits<std::int64_t>::max();
  const auto limit = most > static_cast<std::size_t>(all) ? all : static_cast<std::int64_t>(most);
  std::vector<RunRecord> records;
  auto rows =
      database.query("SELECT " PIPECTL_RUN_COLUMNS " FROM run ORDER BY number DESC LIMIT ?1");
  rows.bind(limit);
  while (rows.step()) records.push_back(TRY(record_of(rows)));
  return records;
}

}  // namespace pipectl::store
