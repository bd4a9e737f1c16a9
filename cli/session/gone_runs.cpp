#include "cli/session/gone_runs.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <system_error>

#include "core/exec/local_executor.hpp"
#include "core/store/names.hpp"

namespace pipectl::cli {
namespace {

namespace fs = std::filesystem;

void remove_of(const GoneRun& run, const Registry& registry, const CancelToken& cancel) {
  for (const auto& factory : registry.executors()) {
    const auto removed = factory->remove_leftovers(run, cancel);
    if (!removed)
      fmt::print(stderr, "pipectl: warning: what run {} left in {} is still there: {}\n", run.id,
                 factory->name(), removed.error().message);
    else if (*removed > 0)
      fmt::print(stderr, "pipectl: removed {} thing{} that run {} had left in {}\n", *removed,
                 *removed == 1 ? "" : "s", run.id, factory->name());
  }
}

}  // namespace

void remove_what_gone_runs_left(const GoneRunSearch& search, const CancelToken& cancel) {
  const auto executor = make_local_executor(nullptr);
  const fs::path runs = search.store.run_dir("any").parent_path();
  std::error_code error;
  for (fs::directory_iterator at(runs, error), end; !error && at != end; at.increment(error)) {
    const std::string id = at->path().filename().string();
    if (!store::is_run_id(id)) continue;
    if (id != search.own && search.store.is_running(id)) continue;
    remove_of({id, at->path(), search.host, *executor}, search.registry, cancel);
  }
}

}  // namespace pipectl::cli
