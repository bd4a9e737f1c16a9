#include "core/store/fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/cache_database.hpp"
#include "core/store/fingerprint_parts.hpp"
#include "core/store/migrations/migrations.hpp"
#include "core/store/output_files.hpp"
#include "core/store/skip_rows.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;
using What = SkipVerdict::What;

constexpr std::int64_t day = 86'400'000;

std::int64_t now_ms() {
  return std::chrono::duration_cast<Milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

fs::path database_file(const fs::path& cache_dir) { return cache_dir / "fingerprints.db"; }

/// Which ends a name or value in a stored list.
bool holds_nul(const Outputs& values) {
  return std::ranges::any_of(values, [](const auto& one) {
    return one.first.find('\0') != std::string::npos || one.second.find('\0') != std::string::npos;
  });
}

class SqliteSkipStore final : public SkipStore {
 public:
  SqliteSkipStore(const fs::path& cache_dir, OpenedCache opened)
      : file_(database_file(cache_dir)), blobs_(cache_dir), note_(std::move(opened.note)) {
    shared_.database = std::move(opened.database);
  }

  Result<SkipVerdict> look(const SkipRequest& request, const CancelToken& cancel) override {
    auto verdict = mending([&] { return look_once(request, cancel); });
    if (auto note = take_note(); verdict && !note.empty())
      verdict->warnings.push_back(std::move(note));
    return verdict;
  }

  Result<Restored> restore(const SkipRequest& request, const SkipVerdict& hit,
                           const CancelToken& cancel) override;

  Result<Recorded> record(const SkipRequest& request, const SkipVerdict& before,
                          const Outcome& outcome, const std::string& run_id,
                          const CancelToken& cancel) override {
    return mending([&] { return record_once(request, before, outcome, run_id, cancel); });
  }

  std::string take_note() override {
    const std::lock_guard lock(shared_.mutex);
    return std::exchange(note_, {});
  }

  Result<void> forget(std::chrono::hours age, WallTime now) override {
    const auto oldest = std::chrono::duration_cast<Milliseconds>((now - age).time_since_epoch());
    return mending([&] { return locked([&] { forget_before(database(), oldest.count()); }); });
  }

 private:
  Database& database() const { return *shared_.database; }
  template <class Work>
  auto locked(Work&& work) -> Result<std::invoke_result_t<Work>> {
    const std::lock_guard lock(shared_.mutex);
    return database().read([&]() -> Result<std::invoke_result_t<Work>> {
      if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
        work();
        return {};
      } else {
        return work();
      }
    });
  }

  /// Damage may show only in use: then once more with a new database.
  template <class Work>
  auto mending(Work&& work) -> std::invoke_result_t<Work> {
    const Database* const used = current();
    auto result = work();
    if (result || !begin_anew(used)) return result;
    return work();
  }
  const Database* current() {
    const std::lock_guard lock(shared_.mutex);
    return shared_.database.get();
  }
  bool begin_anew(const Database* used);

  Result<SkipVerdict> look_once(const SkipRequest& request, const CancelToken& cancel);
  Result<Recorded> record_once(const SkipRequest& request, const SkipVerdict& before,
                               const Outcome& outcome, const std::string& run_id,
                               const CancelToken& cancel);
  Result<SkipVerdict> verdict_of(const SkipRequest& request, SkipRow row,
                                 const CancelToken& cancel);
  Result<SkipVerdict> verdict_without(const SkipRequest& request, const Fingerprint& print);

  const fs::path file_;
  SharedDatabase shared_;
  FileHashes hashes_{shared_};
  const BlobStore blobs_;
  std::string note_;     ///< guarded by shared_.mutex
  bool renewed_{false};  ///< guarded by shared_.mutex: once must be enough
};

/// True when there is another database than `used` by now.
bool SqliteSkipStore::begin_anew(const Database* used) {
  const std::lock_guard lock(shared_.mutex);
  if (shared_.database.get() != used) return true;
  if (renewed_ || used->flaw() != Database::Flaw::content) return false;
  renewed_ = true;
  auto opened = renew_cache_database(*used, file_, migrations::of_fingerprints());
  if (!opened) return false;
  note_ = std::move(opened->note);
  shared_.database = std::move(opened->database);
  return true;
}

Result<SkipVerdict> SqliteSkipStore::look_once(const SkipRequest& request,
                                               const CancelToken& cancel) {
  Fingerprint print = TRY(fingerprint_of(request, hashes_, cancel));
  auto row = TRY(locked([&] { return result_of_key(database(), print.key); }));
  SkipVerdict verdict;
  if (row)
    verdict = TRY(verdict_of(request, std::move(*row), cancel));
  else
    verdict = TRY(verdict_without(request, print));
  verdict.key = std::move(print.key);
  verdict.warnings = std::move(print.warnings);
  return verdict;
}

Result<SkipStore::Restored> SqliteSkipStore::restore(const SkipRequest& request,
                                                     const SkipVerdict& hit,
                                                     const CancelToken& cancel) {
  if (hit.what != What::hit) return Restored::no;
  const OutputState state = TRY(compare_outputs(request, hit.files, hashes_, cancel));
  if (!state.missing.empty() && !blobs_.has(hit.blob)) return Restored::no;
  if (!TRY(remove_outputs(request.directory, state.extra))) return Restored::no;
  if (state.missing.empty()) return Restored::yes;
  const auto patterns = TRY(parse_patterns(request.outputs));
  const auto fetched = blobs_.get(hit.blob, request.directory, patterns, cancel);
  if (fetched) return *fetched == BlobStore::Fetch::restored ? Restored::yes : Restored::no;
  if (fetched.error().fault == Fault::step) return Restored::no;
  return tl::unexpected(fetched.error());
}

Result<SkipVerdict> SqliteSkipStore::verdict_of(const SkipRequest& request, SkipRow row,
                                                const CancelToken& cancel) {
  SkipVerdict verdict;
  verdict.run = row.run;
  verdict.summary = row.summary;
  verdict.values = Outputs(row.values.begin(), row.values.end());
  verdict.blob = row.blob;
  verdict.files = std::move(row.outputs);
  const OutputState state = TRY(compare_outputs(request, verdict.files, hashes_, cancel));
  verdict.intact = state.missing.empty() && state.extra.empty();
  if (!state.missing.empty() && !blobs_.has(row.blob)) {
    verdict.what = What::outputs_missing;
    verdict.reason = fmt::format("outputs missing: {}", printable(state.missing));
    return verdict;
  }
  verdict.what = What::hit;
  verdict.reason = fmt::format("inputs unchanged since run {}", row.run);
  // Once a day is often enough for an eviction that counts days.
  if (const std::int64_t now = now_ms(); row.used_at + day < now) {
    blobs_.touch(row.blob);
    TRY(locked([&] { mark_result_used(database(), row.key, now); }));
  }
  return verdict;
}

Result<SkipVerdict> SqliteSkipStore::verdict_without(const SkipRequest& request,
                                                     const Fingerprint& print) {
  const auto latest = TRY(locked([&] { return latest_inputs(database(), request.stage); }));
  SkipVerdict verdict;
  verdict.what = latest ? What::changed : What::never_ran;
  verdict.reason = latest ? difference(*latest, print.parts) : "never ran";
  return verdict;
}

Result<SkipStore::Recorded> SqliteSkipStore::record_once(const SkipRequest& request,
                                                         const SkipVerdict& before,
                                                         const Outcome& outcome,
                                                         const std::string& run_id,
                                                         const CancelToken& cancel) {
  Fingerprint print = TRY(fingerprint_of(request, hashes_, cancel));
  if (print.key != before.key)
    return Recorded{false, {"its inputs changed while it ran: the result is not kept for a skip"}};
  const FileSet set = TRY(find_outputs(request, cancel));
  if (!set.unmatched.empty())
    return Recorded{false,
                    {fmt::format("output '{}' was not made: the result is not kept for a skip",
                                 printable(request.outputs[set.unmatched.front()]))}};
  if (holds_nul(outcome.outputs))
    return Recorded{false, {"an output value holds a NUL byte: the result is not kept for a skip"}};
  const std::int64_t now = now_ms();
  SkipRow row{print.key, request.stage, run_id, now, now, {}, outcome.summary, {}, {}, {}};
  row.values.assign(outcome.outputs.begin(), outcome.outputs.end());
  row.inputs = std::move(print.parts);
  row.outputs = TRY(marked_outputs(request.directory, set.files, hashes_));
  if (!set.files.empty()) row.blob = TRY(blobs_.put(request.directory, set.files, cancel)).name;
  TRY(locked([&] { put_result(database(), row); }));
  return Recorded{true, {}};
}

}  // namespace

Result<std::unique_ptr<SkipStore>> SkipStore::open(const fs::path& cache_dir) {
  TRY(make_private_dir(cache_dir));
  auto opened = TRY(open_cache_database(database_file(cache_dir), migrations::of_fingerprints()));
  return std::make_unique<SqliteSkipStore>(cache_dir, std::move(opened));
}

}  // namespace pipectl::store
