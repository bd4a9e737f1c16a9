#include "core/store/fingerprint.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/fingerprint_parts.hpp"
#include "core/store/migrations/migrations.hpp"
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

FoundFile::Kind kind_of(unsigned type) {
  if (type == S_IFREG) return FoundFile::Kind::file;
  return type == S_IFLNK ? FoundFile::Kind::link : FoundFile::Kind::other;
}

/// Which ends a name or value in a stored list.
bool holds_nul(const Outputs& values) {
  return std::ranges::any_of(values, [](const auto& one) {
    return one.first.find('\0') != std::string::npos || one.second.find('\0') != std::string::npos;
  });
}

class SqliteSkipStore final : public SkipStore {
 public:
  SqliteSkipStore(const fs::path& cache_dir, std::unique_ptr<Database> database)
      : blobs_(cache_dir) {
    shared_.database = std::move(database);
  }

  Result<SkipVerdict> look(const SkipRequest& request, const CancelToken& cancel) override {
    Fingerprint print = TRY(fingerprint_of(request, hashes_, cancel));
    const auto row = TRY(locked([&] { return result_of_key(database(), print.key); }));
    SkipVerdict verdict;
    if (row)
      verdict = TRY(verdict_of(request, *row));
    else
      verdict = TRY(verdict_without(request, print));
    verdict.key = std::move(print.key);
    verdict.warnings = std::move(print.warnings);
    return verdict;
  }

  Result<Restored> restore(const SkipRequest& request, const SkipVerdict& hit,
                           const CancelToken& cancel) override {
    if (hit.what != What::hit) return Restored::no;
    if (hit.intact) return Restored::yes;
    const auto patterns = TRY(parse_patterns(request.outputs));
    const auto fetched = blobs_.get(hit.blob, request.directory, patterns, cancel);
    if (fetched) return *fetched == BlobStore::Fetch::restored ? Restored::yes : Restored::no;
    if (fetched.error().fault == Fault::step) return Restored::no;
    return tl::unexpected(fetched.error());
  }

  Result<Recorded> record(const SkipRequest& request, const SkipVerdict& before,
                          const Outcome& outcome, const std::string& run_id,
                          const CancelToken& cancel) override;

  Result<void> forget(std::chrono::hours age, WallTime now) override {
    const WallTime oldest = now - age;
    return locked([&] {
             forget_before(
                 database(),
                 std::chrono::duration_cast<Milliseconds>(oldest.time_since_epoch()).count());
             return 0;
           })
        .map([](int) {});
  }

 private:
  Database& database() { return *shared_.database; }
  template <class Work>
  auto locked(Work&& work) -> Result<std::invoke_result_t<Work>> {
    const std::lock_guard lock(shared_.mutex);
    return database().read([&]() -> Result<std::invoke_result_t<Work>> { return work(); });
  }

  Result<SkipVerdict> verdict_of(const SkipRequest& request, const SkipRow& row);
  Result<SkipVerdict> verdict_without(const SkipRequest& request, const Fingerprint& print);
  Result<std::string> first_missing(const fs::path& directory, const NameValues& outputs);

  SharedDatabase shared_;
  FileHashes hashes_{shared_};
  const BlobStore blobs_;
};

Result<SkipVerdict> SqliteSkipStore::verdict_of(const SkipRequest& request, const SkipRow& row) {
  SkipVerdict verdict;
  verdict.run = row.run;
  verdict.summary = row.summary;
  verdict.values = Outputs(row.values.begin(), row.values.end());
  verdict.blob = row.blob;
  const std::string missing = TRY(first_missing(request.directory, row.outputs));
  verdict.intact = missing.empty();
  if (!verdict.intact && !blobs_.has(row.blob)) {
    verdict.what = What::outputs_missing;
    verdict.reason = fmt::format("outputs missing: {}", printable(missing));
    return verdict;
  }
  verdict.what = What::hit;
  verdict.reason = fmt::format("inputs unchanged since run {}", row.run);
  // Once a day is often enough for an eviction that counts days.
  if (const std::int64_t now = now_ms(); row.used_at + day < now) {
    blobs_.touch(row.blob);
    TRY(locked([&] {
      mark_result_used(database(), row.key, now);
      return 0;
    }));
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

Result<std::string> SqliteSkipStore::first_missing(const fs::path& directory,
                                                   const NameValues& outputs) {
  std::vector<FoundFile> files;
  for (const auto& [path, mark] : outputs) {
    const auto there = look_at(directory / path, Links::keep);
    if (!there) return path;
    files.push_back({path, kind_of(there->type), there->mode, there->state});
  }
  const auto marks = TRY(hashes_.marks_of(directory, files));
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (marks[i] != outputs[i].second) return outputs[i].first;
  return std::string();
}

Result<SkipStore::Recorded> SqliteSkipStore::record(const SkipRequest& request,
                                                    const SkipVerdict& before,
                                                    const Outcome& outcome,
                                                    const std::string& run_id,
                                                    const CancelToken& cancel) {
  Fingerprint print = TRY(fingerprint_of(request, hashes_, cancel));
  if (print.key != before.key)
    return Recorded{false, {"its inputs changed while it ran: the result is not kept for a skip"}};
  FileQuery query{request.directory, request.workspace, TRY(parse_patterns(request.outputs)),
                  request.state_dir};
  const FileSet set = TRY(find_files(query, cancel));
  if (!set.unmatched.empty())
    return Recorded{false,
                    {fmt::format("output '{}' was not made: the result is not kept for a skip",
                                 printable(request.outputs[set.unmatched.front()]))}};
  if (holds_nul(outcome.outputs))
    return Recorded{false, {"an output value holds a NUL byte: the result is not kept for a skip"}};
  const auto marks = TRY(hashes_.marks_of(request.directory, set.files));
  const std::int64_t now = now_ms();
  SkipRow row{print.key, request.stage, run_id, now, now, {}, outcome.summary, {}, {}, {}};
  row.values.assign(outcome.outputs.begin(), outcome.outputs.end());
  row.inputs = std::move(print.parts);
  for (std::size_t i = 0; i < set.files.size(); ++i)
    if (!marks[i].empty()) row.outputs.emplace_back(set.files[i].path, marks[i]);
  if (!set.files.empty()) row.blob = TRY(blobs_.put(request.directory, set.files, cancel)).name;
  TRY(locked([&] {
    put_result(database(), row);
    return 0;
  }));
  return Recorded{true, {}};
}

}  // namespace

Result<std::unique_ptr<SkipStore>> SkipStore::open(const fs::path& cache_dir) {
  TRY(make_private_dir(cache_dir));
  auto database = TRY(Database::open(cache_dir / "fingerprints.db", migrations::of_fingerprints()));
  return std::make_unique<SqliteSkipStore>(cache_dir, std::move(database));
}

}  // namespace pipectl::store
