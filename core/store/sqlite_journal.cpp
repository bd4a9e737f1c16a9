#include "core/store/sqlite_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/store/run_rows.hpp"

namespace pipectl::store {
namespace {

using transition::ProcessSpawned;
using transition::RunEnded;
using transition::StageEnded;
using transition::StageNote;
using transition::StageReason;
using transition::StageStarted;

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(Database& database, std::string run_id)
      : database_(database), run_id_(std::move(run_id)) {}

  Result<void> append(std::span<const Transition> transitions, WallTime at) override {
    if (transitions.empty()) return {};
    if (positions_.empty()) TRY(database_.read([&] { return find_run(); }));
    // One statement is a transaction by itself, and saves two more.
    if (transitions.size() == 1 && is_one_statement(transitions.front()) && !run_had_ended_)
      return database_.read([&] { return store(transitions.front(), milliseconds_of(at)); });
    TRY(database_.write(durability_of(transitions),
                        [&] { return store_all(transitions, milliseconds_of(at)); }));
    run_had_ended_ = false;
    return {};
  }

 private:
  bool is_one_statement(const Transition& transition) const {
    if (const auto* ended = std::get_if<StageEnded>(&transition))
      return ended->outcome.outputs.empty() && !with_outputs_.contains(ended->stage);
    return !std::holds_alternative<StageNote>(transition);
  }

  static Durability durability_of(std::span<const Transition> transitions) {
    const bool noted = std::ranges::any_of(
        transitions, [](const auto& one) { return std::holds_alternative<StageNote>(one); });
    return noted ? Durability::full : Durability::normal;
  }

  Result<void> find_run();
  Result<void> store_all(std::span<const Transition> transitions, std::int64_t at) {
    if (run_had_ended_)
      database_
          .query(
              "UPDATE run SET ended = NULL, exit_code = NULL, bytes = NULL "
              "WHERE number = ?1")
          .bind(number_)
          .run();
    for (const Transition& transition : transitions) TRY(store(transition, at));
    return {};
  }
  Result<void> store(const Transition& transition, std::int64_t at) {
    return std::visit([&](const auto& one) { return this->put(one, at); }, transition);
  }

  Result<void> put(const StageStarted& started, std::int64_t at);
  Result<void> put(const StageReason& reason, std::int64_t at);
  Result<void> put(const ProcessSpawned& spawned, std::int64_t at);
  Result<void> put(const StageEnded& ended, std::int64_t at);
  Result<void> put(const StageNote& note, std::int64_t at);
  Result<void> put(const RunEnded& ended, std::int64_t at);
  void put_outputs(std::int64_t position, const Outputs& outputs);

  Result<std::int64_t> position_of(const std::string& stage) const;
  Result<void> changed_one(int rows) const;

  Database& database_;
  const std::string run_id_;
  std::int64_t number_{0};
  bool run_had_ended_{false};
  std::unordered_map<std::string, std::int64_t> positions_;
  std::unordered_set<std::string> with_outputs_;  ///< stages of which outputs are stored
};

Result<void> SqliteJournal::find_run() {
  {
    auto run = database_.query("SELECT number, ended IS NOT NULL FROM run WHERE id = ?1");
    if (!run.bind(run_id_).step())
      return fail(Fault::bug, fmt::format("the journal of run {} has no run", run_id_));
    number_ = run.integer(0);
    run_had_ended_ = run.integer(1) != 0;
  }
  auto stages = database_.query(
      "SELECT name, position, EXISTS (SELECT 1 FROM stage_value v WHERE v.run = s.run AND "
      "v.position = s.position AND kind = 'output') FROM stage s WHERE run = ?1");
  stages.bind(number_);
  while (stages.step()) {
    positions_.emplace(stages.text(0), stages.integer(1));
    if (stages.integer(2) != 0) with_outputs_.insert(stages.text(0));
  }
  return {};
}

Result<std::int64_t> SqliteJournal::position_of(const std::string& stage) const {
  const auto found = positions_.find(stage);
  if (found == positions_.end())
    return fail(Fault::bug, fmt::format("run {} has no stage '{}'", run_id_, stage));
  return found->second;
}

Result<void> SqliteJournal::changed_one(int rows) const {
  if (rows == 1) return {};
  return fail(Fault::infrastructure, fmt::format("run {} was removed while it ran", run_id_));
}

Result<void> SqliteJournal::put(const StageStarted& started, std::int64_t at) {
  const std::int64_t position = TRY(position_of(started.stage));
  // The outputs of an earlier outcome stay until the next one: without an outcome nobody reads
  // them.
  return changed_one(database_
                         .query("UPDATE stage SET attempt = ?3, why = iif(?4 = '' AND ?3 > 1, why, "
                                "?4), started = ?5, ended = NULL, pid = NULL, "
                                "pid_start = NULL, status = NULL WHERE run = ?1 AND position = ?2")
                         .bind(number_, position, started.attempt, started.why, at)
                         .run());
}

Result<void> SqliteJournal::put(const StageReason& reason, std::int64_t /*at*/) {
  const std::int64_t position = TRY(position_of(reason.stage));
  return changed_one(database_.query("UPDATE stage SET why = ?3 WHERE run = ?1 AND position = ?2")
                         .bind(number_, position, reason.why)
                         .run());
}

Result<void> SqliteJournal::put(const ProcessSpawned& spawned, std::int64_t /*at*/) {
  const std::int64_t position = TRY(position_of(spawned.stage));
  return changed_one(
      database_.query("UPDATE stage SET pid = ?3, pid_start = ?4 WHERE run = ?1 AND position = ?2")
          .bind(number_, position, std::int64_t{spawned.process.pid},
                static_cast<std::int64_t>(spawned.process.start_ticks))
          .run());
}

Result<void> SqliteJournal::put(const StageEnded& ended, std::int64_t at) {
  const Outcome& outcome = ended.outcome;
  const std::int64_t position = TRY(position_of(ended.stage));
  TRY(changed_one(
      database_
          .query("UPDATE stage SET ended = ?3, status = ?4, skip = ?5, reason = ?6, hint = ?7, "
                 "summary = ?8, exit_code = ?9, undo_failed = ?10, attempts = ?11, duration = ?12 "
                 "WHERE run = ?1 AND position = ?2")
          .bind(number_, position, at, to_string(outcome.status), to_string(outcome.skip),
                outcome.reason, outcome.hint, outcome.summary, outcome.exit_code,
                outcome.undo_failed ? 1 : 0, outcome.attempts,
                std::int64_t{outcome.duration.count()})
          .run()));
  const bool had_outputs = with_outputs_.contains(ended.stage);
  if (!had_outputs && outcome.outputs.empty()) return {};
  put_outputs(position, outcome.outputs);
  with_outputs_.insert(ended.stage);
  return {};
}

void SqliteJournal::put_outputs(std::int64_t position, const Outputs& outputs) {
  database_.query("DELETE FROM stage_value WHERE run = ?1 AND position = ?2 AND kind = 'output'")
      .bind(number_, position)
      .run();
  auto insert = database_.query(
      "INSERT INTO stage_value (run, position, kind, name, value) "
      "VALUES (?1, ?2, 'output', ?3, ?4)");
  for (const auto& [name, value] : outputs) {
    insert.again();
    insert.bind(number_, position, name, value).run();
  }
}

Result<void> SqliteJournal::put(const StageNote& note, std::int64_t /*at*/) {
  const std::int64_t position = TRY(position_of(note.stage));
  database_
      .query(
          "INSERT OR REPLACE INTO stage_value (run, position, kind, name, value) "
          "VALUES (?1, ?2, 'note', ?3, ?4)")
      .bind(number_, position, note.key, note.value)
      .run();
  return {};
}

Result<void> SqliteJournal::put(const RunEnded& ended, std::int64_t at) {
  return changed_one(database_.query("UPDATE run SET ended = ?2, exit_code = ?3 WHERE number = ?1")
                         .bind(number_, at, ended.exit_code)
                         .run());
}

}  // namespace

std::unique_ptr<Journal> make_journal(Database& database, std::string run_id) {
  return std::make_unique<SqliteJournal>(database, std::move(run_id));
}

}  // namespace pipectl::store
