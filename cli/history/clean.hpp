#pragma once

#include <optional>
#include <string>

#include "core/store/run_store.hpp"

namespace CLI {
class App;
}

namespace pipectl::cli {

struct CleanOptions {
  std::optional<std::size_t> keep;
  std::string older;
  bool all{false};
};
void add_clean_options(CLI::App& command, CleanOptions& options);

/// Without options: what is over the standing limits. `all` also takes unfinished runs, which could
/// be resumed; nothing takes one that is running.
[[nodiscard]] Result<store::RunStore::Pruned> clean_runs(store::RunStore& history,
                                                         const CleanOptions& options);

/// `removed 3 runs, 1.2 MB`
[[nodiscard]] std::string cleaned_text(const store::RunStore::Pruned& pruned);

}  // namespace pipectl::cli
