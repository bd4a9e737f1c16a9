#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/report_reader.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/http.hpp"
#include "core/base/redactor.hpp"
#include "core/exec/executor.hpp"
#include "core/exec/line_output.hpp"
#include "core/expr/scope.hpp"
#include "core/model/outcome.hpp"
#include "core/model/pipeline.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl {

class Registry;

/// Documents one key for `schema`, `help` and the language reference.
struct KeyDoc {
  std::string_view name;
  std::string_view type;     ///< a JSON Schema fragment: `{"type":"string"}`
  std::string_view summary;  ///< one line
};

/// What a kind may use while it reads its own keys.
struct ParseContext {
  const StageSpec& stage;    ///< the common keys, already read
  const expr::Names& names;  ///< for Template::check and check_shell
  const Registry& registry;
  Diagnostics& diagnostics;
};

/// How a running stage talks to the outside. Thread-safe; everything is redacted on the way.
class StageEmitter : public LineSink {
 public:
  virtual void note(std::string text) = 0;
  virtual void deploy_step(std::string step, std::string detail, bool ok) = 0;
  virtual void artifact(std::string path, std::uint64_t bytes, std::string sha256) = 0;
  /// A child was started; journaled so that a resumed run can find and end it.
  virtual void spawned(const ProcessId& process) = 0;
  /// Journals what this stage must know after a crash; returns when it is on disk.
  virtual Result<void> remember(std::string key, std::string value) = 0;
};

/// All that a stage gets to work with. Lives as long as one attempt.
struct StageContext {
  std::string run_id;
  std::string stage;  ///< node name
  const StageSpec& spec;
  std::filesystem::path workspace;
  std::filesystem::path directory;    ///< the stage's working directory, absolute
  EnvMap env;                         ///< complete environment of its children
  std::filesystem::path output_file;  ///< $PIPECTL_OUTPUT
  std::filesystem::path state_dir;    ///< of the run: runs/<id>
  std::filesystem::path cache_dir;
  int attempt{1};
  std::optional<SteadyTime> deadline;  ///< of this attempt
  Milliseconds grace{10'000};          ///< between interrupt and kill
  CancelToken cancel;                  ///< stops the stage's own work
  CancelToken cleanup;                 ///< for undo and cleanup: only a hard stop reaches it
  Executor& executor;
  HttpClient& http;
  const Clock& clock;
  const Redactor& redactor;
  const expr::Scope& scope;
  StageEmitter& emit;
  std::map<std::string, std::string> remembered;  ///< from an earlier, interrupted try
  /// Takes the stage's outputs and artifacts, which may be refused: a value that holds a secret, a
  /// file that cannot be kept. Called by a stage that can undo its work before it counts as done:
  /// what goes wrong is then undone too. For all others the engine does it after they have ended.
  /// May be empty.
  std::function<Result<void>()> settle{};
  EnvMap secrets{};                           ///< the granted ones; `env` has them, too
  std::vector<std::string> absent_secrets{};  ///< granted, optional and not there
  const EnvMap& host;                         ///< what programs of this host get that pipectl needs
  /// Values of declared secrets, for what a stage starts beside its own commands.
  std::function<Result<EnvMap>(const std::vector<std::string>&)> grant{};
  HttpClient* route{nullptr};   ///< set by a deploy: also reaches what only its target can
  ReportSink* report{nullptr};  ///< takes what a kind measures itself; null: nobody asks for it

  [[nodiscard]] HttpClient& client() const noexcept { return route == nullptr ? http : *route; }
};

/// What gates of a stage can be decided by, beside the reports that its file names.
struct Measures {
  /// Read when the file names none. `{stage}` in a path is the stage's name as a file's name.
  std::vector<ReportSpec> reports;
  std::vector<Gate> gates;                          ///< hold when the file sets none
  enum class Own { none, metrics } own{Own::none};  ///< whether it tells StageContext::report
  enum class Rerun { unknown, known } rerun{Rerun::unknown};  ///< whether StageRunner::rerun works
};

/// One stage's own part, made by its kind from YAML. Immutable, used from several threads at once
/// (matrix instances share it).
class StageRunner {
 public:
  virtual ~StageRunner() = default;
  /// The commands that it would run, for `plan`: pure, nothing is started. Values that only a run
  /// knows stay as written.
  [[nodiscard]] virtual std::vector<std::string> preview(const expr::Scope& scope) const = 0;
  /// Straight-line code; blocks its worker. Never throws on purpose. `duration`, `attempts` and
  /// `outputs` of the result are filled in by the engine.
  virtual Outcome run(StageContext& context) const = 0;
  [[nodiscard]] virtual Measures measures() const { return {}; }
  /// After run(), in the same place: runs only these tests again, `SUITE\tNAME` each, and writes
  /// the reports of measures() anew. Only where Measures::rerun is `known`.
  virtual Result<Outcome> rerun(const std::vector<std::string>& /*tests*/,
                                StageContext& /*context*/) const {
    return fail(Fault::bug, "this kind of stage cannot run tests again");
  }
  /// Programs that it starts by name, beside what `requires` lists: for `doctor`.
  [[nodiscard]] virtual std::vector<Requirement> programs() const { return {}; }
};

/// A word that may stand behind `kind:`.
class StageKind {
 public:
  virtual ~StageKind() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  /// Its own keys, beside those that every stage has.
  [[nodiscard]] virtual std::vector<KeyDoc> keys() const = 0;
  /// Reads exactly keys() from the stage's mapping. Problems go to the context's diagnostics; the
  /// result is null only if there was at least one error. Does not call Reader::finish().
  [[nodiscard]] virtual std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                           const ParseContext& context) const = 0;
};

}  // namespace pipectl
