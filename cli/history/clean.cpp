#include "cli/history/clean.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <limits>

#include "cli/usage.hpp"
#include "core/base/text.hpp"
#include "core/store/housekeeping.hpp"
#include "core/store/retention.hpp"

namespace pipectl::cli {
namespace {

constexpr auto no_count = std::numeric_limits<std::size_t>::max();
constexpr auto no_size = std::numeric_limits<std::uint64_t>::max();
constexpr std::chrono::hours no_age{24 * 365 * 100};

Result<store::RunStore::Pruned> remove_all(store::RunStore& history) {
  store::RunStore::Pruned pruned;
  for (const auto& run : TRY(history.list(no_count))) {
    if (history.is_running(run.id)) continue;
    const auto bytes = store::size_of_tree(history.run_dir(run.id));
    TRY(history.remove(run.id));
    ++pruned.runs;
    pruned.bytes += bytes;
  }
  return pruned;
}

}  // namespace

void add_clean_options(CLI::App& command, CleanOptions& options) {
  auto* const keep = command.add_option("--keep", options.keep, "Keep the newest N runs");
  keep->check(whole_number(0))->type_name("N");
  auto* const older =
      command.add_option("--older", options.older, "Remove runs that ended longer ago: 12h, 7d");
  older->type_name("DURATION");
  command.add_flag("--all", options.all, "Remove every run that is not running")
      ->excludes(keep)
      ->excludes(older);
}

Result<store::RunStore::Pruned> clean_runs(store::RunStore& history, const CleanOptions& options) {
  const WallTime now = std::chrono::system_clock::now();
  if (options.all) return remove_all(history);
  if (!options.keep && options.older.empty()) return store::keep_house(history, now);
  store::Limits limits{options.keep.value_or(no_count), no_size, no_age};
  if (!options.older.empty()) {
    const auto age = parse_duration(options.older);
    if (!age)
      return fail(Fault::usage, fmt::format("--older: '{}' is no duration", options.older),
                  "such as 12h, 7d");
    limits.age = std::min<Milliseconds>(*age, no_age);
  }
  return history.prune(limits, now);
}

std::string cleaned_text(const store::RunStore::Pruned& pruned) {
  return fmt::format("removed {} run{}, {}\n", pruned.runs, pruned.runs == 1 ? "" : "s",
                     human_size(pruned.bytes));
}

}  // namespace pipectl::cli
