#include "core/store/run_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "core/base/text.hpp"
#include "core/store/names.hpp"
#include "core/store/run_values.hpp"

namespace pipectl::store {
namespace {

void insert_stages(Database& database, std::int64_t run, const RunRequest& request) {
  auto insert =
      database.query("INSERT INTO stage (run, position, name, needs) VALUES (?1, ?2, ?3, ?4)");
  for (std::size_t i = 0; i < request.stages.size(); ++i) {
    const std::string needs =
        i < request.needs.size() ? fmt::format("{}", fmt::join(request.needs[i], " ")) : "";
    insert.again();
    insert.bind(run, static_cast<std::int64_t>(i), request.stages[i], needs).run();
  }
}

std::vector<std::size_t> positions_of(std::string_view needs, std::size_t stages) {
  std::vector<std::size_t> positions;
  for (const std::string_view word : split(needs, ' ')) {
    std::size_t position = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), position);
    if (error == std::errc{} && position < stages) positions.push_back(position);
  }
  return positions;
}

void insert_left_out(Database& database, std::int64_t run, const RunRequest& request,
                     std::int64_t at) {
  auto update = database.query(
      "UPDATE stage SET ended = ?3, status = ?4, skip = ?5, reason = ?6, attempts = 0, duration = "
      "0 "
      "WHERE run = ?1 AND position = ?2");
  for (const auto& stage : request.left_out) {
    update.again();
    update
        .bind(run, static_cast<std::int64_t>(stage.stage), at, to_string(Status::skipped),
              to_string(stage.cause), stage.reason)
        .run();
  }
}

Outcome outcome_of(const Query& row) {
  Outcome outcome;
  // What a newer version may have written is not lost silently: it counts as a bug's mark.
  outcome.status = parse_status(row.text(8)).value_or(Status::bug);
  outcome.skip = parse_skip_cause(row.text(9)).value_or(SkipCause::none);
  outcome.reason = row.text(10);
  outcome.hint = row.text(11);
  outcome.summary = row.text(12);
  if (const auto code = row.maybe_integer(13)) outcome.exit_code = static_cast<int>(*code);
  outcome.undo_failed = row.integer(14) != 0;
  outcome.attempts = static_cast<int>(row.integer(15));
  outcome.duration = Milliseconds(row.integer(16));
  return outcome;
}

StageRecord stage_of(const Query& row) {
  StageRecord stage;
  stage.name = row.text(0);
  stage.attempt = static_cast<int>(row.integer(2));
  stage.why = row.text(3);
  if (const auto at = row.maybe_integer(4)) stage.started = time_of(*at);
  if (const auto at = row.maybe_integer(5)) stage.ended = time_of(*at);
  if (const auto pid = row.maybe_integer(6))
    stage.process = ProcessId{static_cast<pid_t>(*pid), static_cast<std::uint64_t>(row.integer(7))};
  if (!row.is_null(8)) stage.outcome = outcome_of(row);
  return stage;
}

void read_stage_values(Database& database, RunRecord& record) {
  auto rows = database.query("SELECT position, kind, name, value FROM stage_value WHERE run = ?1");
  rows.bind(record.number);
  while (rows.step()) {
    const auto position = static_cast<std::size_t>(rows.integer(0));
    if (position >= record.stages.size()) continue;
    StageRecord& stage = record.stages[position];
    if (rows.text(1) == "note")
      stage.notes.emplace(rows.text(2), rows.text(3));
    else if (stage.outcome)
      stage.outcome->outputs.emplace(rows.text(2), rows.text(3));
  }
}

}  // namespace

std::int64_t milliseconds_of(WallTime time) noexcept {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
}

WallTime time_of(std::int64_t milliseconds) noexcept {
  return WallTime(Milliseconds(milliseconds));
}

long insert_run(Database& database, const std::string& id, const RunRequest& request, WallTime at) {
  database.query("INSERT INTO run (id, pipeline, file, started) VALUES (?1, ?2, ?3, ?4)")
      .bind(id, request.pipeline, request.file, milliseconds_of(at))
      .run();
  const long number = database.last_row_id();
  auto insert =
      database.query("INSERT INTO run_value (run, section, name, value) VALUES (?1, ?2, ?3, ?4)");
  each_value(request, [&](std::string_view section, std::string_view name, std::string_view value) {
    insert.again();
    insert.bind(std::int64_t{number}, section, name, value).run();
  });
  insert_stages(database, number, request);
  insert_left_out(database, number, request, milliseconds_of(at));
  return number;
}

Result<void> store_git(Database& database, const std::string& id, const GitInfo& git) {
  std::int64_t number = 0;
  {
    auto run = database.query("SELECT number FROM run WHERE id = ?1");
    if (!run.bind(id).step())
      return fail(Fault::infrastructure, fmt::format("run {} was removed while it ran", id));
    number = run.integer(0);
  }
  database.query("DELETE FROM run_value WHERE run = ?1 AND section = 'git'").bind(number).run();
  auto insert =
      database.query("INSERT INTO run_value (run, section, name, value) VALUES (?1, ?2, ?3, ?4)");
  each_value(git, [&](std::string_view section, std::string_view name, std::string_view value) {
    insert.again();
    insert.bind(number, section, name, value).run();
  });
  return {};
}

Result<void> store_notes(Database& database, const std::string& id,
                         const std::vector<transition::StageNote>& notes) {
  for (const auto& note : notes) {
    const int rows =
        database
            .query(
                "INSERT OR REPLACE INTO stage_value (run, position, kind, name, value) "
                "SELECT s.run, s.position, 'note', ?3, ?4 FROM stage s "
                "JOIN run r ON r.number = s.run WHERE r.id = ?1 AND s.name = ?2")
            .bind(id, note.stage, note.key, note.value)
            .run();
    if (rows == 0)
      return fail(Fault::usage, fmt::format("run {} has no stage '{}'", id, printable(note.stage)),
                  "'pipectl runs' lists the runs that are kept");
  }
  return {};
}

Result<RunRecord> record_of(const Query& row) {
  RunRecord record;
  record.number = row.integer(0);
  record.id = row.text(1);
  record.request.pipeline = row.text(2);
  record.request.file = row.text(3);
  record.started = time_of(row.integer(4));
  if (const auto at = row.maybe_integer(5)) record.ended = time_of(*at);
  if (const auto code = row.maybe_integer(6)) record.exit_code = static_cast<int>(*code);
  if (!is_run_id(record.id))
    return fail(Fault::infrastructure,
                fmt::format("the run store is damaged: '{}' is no run id", printable(record.id)),
                "move the state directory away; the logs in runs/ stay readable");
  return record;
}

void read_request(Database& database, RunRecord& record) {
  auto rows = database.query("SELECT section, name, value FROM run_value WHERE run = ?1");
  rows.bind(record.number);
  while (rows.step()) set_value(record.request, rows.text(0), rows.text(1), rows.text(2));
}

void read_stages(Database& database, RunRecord& record) {
  std::vector<std::string> needs;
  {
    auto rows = database.query(
        "SELECT name, needs, attempt, why, started, ended, pid, pid_start, status, skip, reason, "
        "hint, summary, exit_code, undo_failed, attempts, duration FROM stage WHERE run = ?1 "
        "ORDER BY position");
    rows.bind(record.number);
    while (rows.step()) {
      record.stages.push_back(stage_of(rows));
      record.request.stages.push_back(record.stages.back().name);
      needs.push_back(rows.text(1));
    }
  }
  for (std::size_t i = 0; i < needs.size(); ++i) {
    record.request.needs.push_back(positions_of(needs[i], needs.size()));
    for (const std::size_t need : record.request.needs.back())
      record.stages[i].needs.push_back(record.stages[need].name);
  }
  read_stage_values(database, record);
}

}  // namespace pipectl::store
