#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/pipeline_input.hpp"

namespace pipectl::cli {

/// What would become of one node if every stage before it that runs went well.
enum class Fate {
  runs,
  skipped,  ///< with the reason that `run` would give
  fails,    ///< before it starts: a required program is absent, the branch is not taken
  open,     ///< its condition reads what only a run can know
};
[[nodiscard]] std::string_view to_string(Fate fate) noexcept;

struct Forecast {
  const plan::Node* node{nullptr};
  Fate fate{Fate::runs};
  SkipCause skip{SkipCause::none};
  std::string reason;
  std::string hint;
  bool asks{false};                   ///< a person has to agree first
  std::vector<std::string> commands;  ///< of a node that runs, or may
  std::string image;                  ///< of the container that it runs in, or empty
  std::vector<std::string> services;  ///< `redis (redis:7)`
  std::optional<std::vector<std::string>> changes{};  ///< what it would change where it goes
  std::optional<Error> unknown{};                     ///< why that is not known
};

/// The commands of a stage, what it would do here and now (Rehearsable), or its commands and what
/// they would change (Comparable).
enum class Detail { preview, rehearsal, difference };

/// One for each node of the plan, in its order. Starts nothing; looks only for programs in PATH
/// and, where a condition asks for changed files, into the repository. Detail::difference asks
/// where the stages go, with the programs of this host.
[[nodiscard]] std::vector<Forecast> forecast(const PipelineFile& file, const RunInput& input,
                                             const Invocation& invocation,
                                             Detail detail = Detail::preview);

}  // namespace pipectl::cli
