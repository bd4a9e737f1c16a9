#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/api/registry.hpp"
#include "core/engine/mailbox.hpp"
#include "core/engine/run_values.hpp"
#include "core/engine/secret_vault.hpp"
#include "core/model/leniency.hpp"
#include "core/store/fingerprint.hpp"

namespace pipectl {

/// What all jobs of a run share. Everything in it is safe from several threads.
struct JobTools {
  Executor& executor;
  HttpClient& http;
  const Clock& clock;
  const Redactor& redactor;
  SecretVault& secrets;
  Mailbox& mailbox;
  std::filesystem::path state_dir;  ///< .pipectl
  std::filesystem::path run_dir;    ///< runs/<id>
  std::filesystem::path cache_dir;
  Milliseconds grace{10'000};
  enum class Cache { use, ignore } cache{Cache::use};
  store::SkipStore* skips{nullptr};   ///< null: no stage has `inputs`
  const Registry* registry{nullptr};  ///< null: no report is read, no executor but the one above
  /// What earlier runs kept of their reports, by node: the last good one of the branch.
  std::map<std::string, std::filesystem::path> baselines{};
  const Leniency* leniency{nullptr};  ///< null: no stage lets anything pass
};

/// One node, ready to run: everything decided, nothing started.
struct StageJob {
  const plan::Node* node{nullptr};
  const StageRunner* runner{nullptr};
  std::shared_ptr<const NodeScope> scope;
  EnvMap env;  ///< complete but for secrets
  std::filesystem::path output_file;
  std::filesystem::path artifacts_dir;  ///< where this stage's artifacts are kept
  int attempt{1};
  /// What somebody asked for by hand is done once: another time would go one release further back.
  enum class Attempts { as_written, one } attempts{Attempts::as_written};
  CancelToken cancel;
  CancelToken cleanup;
  std::map<std::string, std::string> remembered;
  std::vector<std::string> notes{};  ///< to be told before it begins
};

/// Runs the whole stage on the calling thread: secrets, working directory, cache, every attempt
/// with its back-off, outputs, artifacts. Straight-line; reports through the mailbox; never throws.
[[nodiscard]] Outcome run_stage(StageJob job, const JobTools& tools) noexcept;

}  // namespace pipectl
