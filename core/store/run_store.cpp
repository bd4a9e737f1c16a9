#include "core/store/run_store.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <system_error>

#include "core/base/text.hpp"
#include "core/store/database.hpp"
#include "core/store/log_writer.hpp"
#include "core/store/migrations/migrations.hpp"
#include "core/store/names.hpp"
#include "core/store/retention.hpp"
#include "core/store/run_finder.hpp"
#include "core/store/run_rows.hpp"
#include "core/store/sqlite_journal.hpp"
#include "core/store/state_dir.hpp"
#include "core/store/workspace_lock.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

fs::path database_file(const fs::path& state_dir) { return state_dir / "runs.db"; }

unsigned noise() {
  unsigned random = 0;
  // Four bytes always come; without them ids of one second would only be less different.
  static_cast<void>(!::getrandom(&random, sizeof random, 0));
  return random;
}

RunRecord new_record(const RunRequest& request, WallTime at) {
  RunRecord record;
  record.request = request;
  record.request.needs.resize(request.stages.size());
  record.started = time_of(milliseconds_of(at));
  for (std::size_t i = 0; i < request.stages.size(); ++i) {
    StageRecord stage;
    stage.name = request.stages[i];
    for (const std::size_t need : record.request.needs[i])
      if (need < request.stages.size()) stage.needs.push_back(request.stages[need]);
    record.stages.push_back(std::move(stage));
  }
  for (const auto& left : request.left_out) {
    if (left.stage >= record.stages.size()) continue;
    Outcome outcome;
    outcome.status = Status::skipped;
    outcome.skip = left.cause;
    outcome.reason = left.reason;
    outcome.attempts = 0;
    record.stages[left.stage].outcome = std::move(outcome);
    record.stages[left.stage].ended = record.started;
  }
  return record;
}

class SqliteRunStore final : public RunStore {
 public:
  SqliteRunStore(fs::path state_dir, std::unique_ptr<Database> database)
      : state_dir_(std::move(state_dir)), database_(std::move(database)) {}

  Result<std::unique_ptr<WorkspaceLock>> lock_workspace(const fs::path& workspace,
                                                        const std::string& run_id) override {
    return take_lock({state_dir_ / "locks", run_dir(run_id), workspace, run_id,
                      std::chrono::system_clock::now()});
  }

  bool is_running(const std::string& run_id) const override { return is_held(run_dir(run_id)); }

  Result<RunRecord> create(const RunRequest& request, WallTime at) override {
    RunRecord record = new_record(request, at);
    TRY(database_->write(Durability::normal, [&]() -> Result<void> {
      record.id = next_run_id(at, latest_id(*database_), noise());
      record.number = insert_run(*database_, record.id, request, at);
      return {};
    }));
    TRY(make_private_dir(run_dir(record.id)));
    return record;
  }

  Result<void> set_git(const std::string& run_id, const GitInfo& git) override {
    return database_->write(Durability::normal, [&] { return store_git(*database_, run_id, git); });
  }

  Result<void> annotate(const std::string& run_id,
                        const std::vector<transition::StageNote>& notes) override {
    return database_->write(Durability::full,
                            [&] { return store_notes(*database_, run_id, notes); });
  }

  std::unique_ptr<Journal> journal(const std::string& run_id) override {
    return make_journal(*database_, run_id);
  }
  std::unique_ptr<LogWriter> logs(const std::string& run_id) override {
    return make_log_writer(run_dir(run_id) / "logs");
  }

  Result<RunRecord> load(const std::string& id) override {
    return database_->read([&]() -> Result<RunRecord> {
      RunRecord record = TRY(find_run(*database_, id));
      read_request(*database_, record);
      read_stages(*database_, record);
      return record;
    });
  }

  Result<std::optional<RunRecord>> latest(const std::string& pipeline_file) override {
    const auto id = TRY(database_->read(
        [&]() -> Result<std::string> { return latest_id_of(*database_, pipeline_file); }));
    if (id.empty()) return std::nullopt;
    return TRY(load(id));
  }

  Result<std::vector<RunRecord>> list(std::size_t most) override {
    return database_->read([&]() -> Result<std::vector<RunRecord>> {
      auto records = TRY(newest_runs(*database_, most));
      for (RunRecord& record : records) read_request(*database_, record);
      return records;
    });
  }

  fs::path run_dir(const std::string& run_id) const override {
    return state_dir_ / "runs" / run_id;
  }
  fs::path log_file(const std::string& run_id, const std::string& stage) const override {
    return run_dir(run_id) / "logs" / log_name(stage);
  }
  fs::path artifacts_dir(const std::string& run_id, const std::string& stage) const override {
    return run_dir(run_id) / "artifacts" / file_name_of(stage);
  }
  fs::path cache_dir() const override { return state_dir_ / "cache"; }

  Result<Pruned> prune(const Limits& limits, WallTime now) override {
    Pruned pruned;
    for (const Doomed& run :
         TRY(runs_over_limits(*database_, {limits, now, state_dir_ / "runs"}))) {
      TRY(remove(run.id));
      ++pruned.runs;
      pruned.bytes += run.bytes;
    }
    return pruned;
  }

  Result<void> remove(const std::string& run_id) override {
    if (!is_run_id(run_id))
      return fail(Fault::usage, fmt::format("'{}' is no run id", printable(run_id)));
    if (is_running(run_id))
      return fail(Fault::usage, fmt::format("run {} is still running", run_id),
                  "end it first, or wait for it");
    // The record goes last: a removal that dies half-way can be seen and repeated.
    TRY(remove_tree(run_dir(run_id)));
    return database_->write(Durability::normal, [&]() -> Result<void> {
      database_->query("DELETE FROM run WHERE id = ?1").bind(run_id).run();
      return {};
    });
  }

 private:
  const fs::path state_dir_;
  const std::unique_ptr<Database> database_;
};

Result<std::unique_ptr<RunStore>> open_prepared(const fs::path& state_dir) {
  TRY(prepare_state_dir(state_dir));
  auto database = TRY(Database::open(database_file(state_dir), migrations::of_runs()));
  return std::make_unique<SqliteRunStore>(state_dir, std::move(database));
}

}  // namespace

const StageRecord* RunRecord::stage(std::string_view name) const noexcept {
  const auto found = std::ranges::find(stages, name, &StageRecord::name);
  return found == stages.end() ? nullptr : &*found;
}

Result<std::unique_ptr<RunStore>> RunStore::open(const fs::path& state_dir) {
  std::error_code error;
  const fs::path absolute = fs::absolute(state_dir, error);
  return open_prepared(error ? state_dir : absolute);
}

Result<std::unique_ptr<RunStore>> RunStore::open_existing(const fs::path& state_dir) {
  std::error_code error;
  if (!fs::exists(database_file(state_dir), error)) return std::unique_ptr<RunStore>{};
  return open(state_dir);
}

}  // namespace pipectl::store
