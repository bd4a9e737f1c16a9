#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/diagnostic.hpp"
#include "core/expr/template.hpp"
#include "core/model/container_spec.hpp"
#include "core/model/gate.hpp"

namespace pipectl {

struct Need {
  std::string name;  ///< a stage or a group
  Span where;
};

/// One axis of a matrix, or one entry of include/exclude.
struct MatrixAxis {
  std::string name;
  std::vector<std::string> values;
};
using MatrixRow = std::vector<std::pair<std::string, std::string>>;  ///< axis -> value, as written

struct Matrix {
  std::vector<MatrixAxis> axes;
  std::vector<MatrixRow> include;
  std::vector<MatrixRow> exclude;
  std::optional<unsigned> max_parallel;
  Span where;
};

enum class Presence { skip, required };  ///< when the program is absent

struct Requirement {
  std::string program;  ///< a name looked up in PATH
  Presence presence{Presence::skip};
};

/// Why an attempt failed, as `retry: {on: […]}` names it.
enum class RetryCause { exit_code, timeout, infra };

struct Retry {
  unsigned max{0};              ///< attempts after the first
  Milliseconds backoff{1'000};  ///< doubles at each attempt, at most 5 minutes
  std::vector<RetryCause> on{RetryCause::exit_code, RetryCause::timeout, RetryCause::infra};
};

struct AllowFailure {
  bool always{false};
  std::vector<int> exit_codes;  ///< only these, when not empty
};

struct CacheSpec {
  expr::Template key;
  std::vector<expr::Template> paths;  ///< in the workspace
};

/// One format of `reports:` with the files that hold it.
struct ReportSpec {
  std::string format;                 ///< name of a ReportReader
  std::vector<expr::Template> paths;  ///< globs, relative to the working directory
  Span where;
};

enum class Shell { sh, bash };

enum class ExecutorKind { local, docker, kubernetes };

/// The keys that every stage has, whatever its kind. What is specific to a kind lives in its
/// StageRunner. Groups are already folded in: a member holds what its group set. Immutable after
/// loading.
struct StageSpec {
  std::string name;
  Span where;
  std::string kind{"run"};
  std::string group;  ///< empty: not in a `parallel` group

  /// Complete: what the order of writing implies is already in it. With `after_all_above` only the
  /// nearest entries above are named, through which all the others are reached (the last entry that
  /// is itself after all above it, and every entry since), so that a long file stays linear.
  std::vector<Need> needs;
  /// No `needs` were written: it waits for every entry above, and a failure of any of them, however
  /// far up, skips it. With written needs only those count.
  bool after_all_above{false};
  std::optional<Matrix> matrix;
  std::optional<expr::Expression> when;
  std::vector<std::string> changed;  ///< glob patterns; empty: always
  std::vector<Requirement> requirements;
  bool always{false};

  std::vector<EnvEntry> env;         ///< group before stage: a later one of the same name wins
  std::vector<std::string> secrets;  ///< granted names
  expr::Template working_directory;  ///< relative to the workspace; empty: its root
  Shell shell{Shell::sh};
  std::optional<ExecutorKind> executor;  ///< as written; see executor_of()
  ContainerSpec container;
  std::vector<ServiceSpec> services;

  std::optional<Milliseconds> timeout;
  Retry retry;
  AllowFailure allow_failure;
  std::optional<expr::Template> concurrency;
  unsigned weight{1};
  std::string environment;  ///< name in Pipeline::environments, or empty

  std::vector<expr::Template> artifacts;  ///< globs, relative to the working directory
  std::vector<ReportSpec> reports;        ///< what decides; read after each attempt
  std::vector<Gate> gates;
  std::optional<CacheSpec> cache;
  std::string definition;            ///< with `inputs`: the stage as written, in a canonical form
  std::vector<std::string> inputs;   ///< globs of a content-addressed skip; empty: none
  std::vector<std::string> outputs;  ///< globs of what it makes
};

/// Where its commands run: what `executor` says, else in a container when there is an image.
[[nodiscard]] inline ExecutorKind executor_of(const StageSpec& stage) noexcept {
  return stage.executor.value_or(stage.container.image.text().empty() ? ExecutorKind::local
                                                                      : ExecutorKind::docker);
}

}  // namespace pipectl
