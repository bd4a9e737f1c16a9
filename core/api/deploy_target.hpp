#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/deploy_step.hpp"
#include "core/api/run_command.hpp"
#include "core/api/stage_kind.hpp"

namespace pipectl {

/// Under which lifetime something is done, and for how long at most.
struct DeployWork {
  Lifetime lifetime{Lifetime::stage};
  std::optional<TimeLimit> limit;
};

/// One deploy of one stage, from its lock to its record. Made by DeployTargetSpec::open(), used by
/// one thread. Destroying it gives the lock free.
///
/// Every deed looks at what is there and does only what is missing: it may be repeated, by the same
/// object and by that of a resumed run. The value says what was done (`3 of 3 ready`). An error is
/// Fault::step when the release is to blame, Fault::infrastructure when the target could not be
/// reached or refused us, Fault::cancelled when `work` ended it.
class DeployTarget {
 public:
  virtual ~DeployTarget() = default;
  /// Name of the release that ran before this deploy, for messages: `app:1f3c9a2`; may be empty.
  [[nodiscard]] virtual std::string before() const = 0;

  virtual Result<std::string> apply(const DeployStep& step, const DeployWork& work) = 0;
  virtual Result<std::string> settle(const DeployStep& step, const DeployWork& work) = 0;
  /// Sends `share` percent of the traffic to the new release; 0 is the way back. Returns when both
  /// sides are ready to carry what they got. Never leaves traffic to what is not ready.
  virtual Result<std::string> shift(const DeployStep& step, const DeployWork& work) = 0;
  /// Writes down, where the release runs, that it is the one that is in service.
  virtual Result<std::string> record(const DeployStep& step, const DeployWork& work) = 0;
  virtual Result<std::string> retire(const DeployStep& step, const DeployWork& work) = 0;

  /// Brings the release before back to its place and waits for it. Fault::step with the reasons of
  /// all ways that were tried.
  virtual Result<std::string> restore(const DeployWork& work) = 0;
  /// Takes away what apply() put beside the running release, and what was applied with it.
  virtual Result<std::string> remove(DeployPlace place, const DeployWork& work) = 0;

  /// By hand: back to the release of this run, or when it is empty to the last healthy one that is
  /// not in service: the one before, or the one that an unfinished deploy was to replace. Of a
  /// target that was opened for Purpose::go_back. The value says what was done.
  virtual Result<std::string> go_back(const std::string& run, const DeployWork& work) = 0;

  /// Of the deed that failed last, where there is more to it than its error says, such as an exit
  /// code; else null.
  [[nodiscard]] virtual const Outcome* failure() const { return nullptr; }
  /// True while nothing was changed: a deed that failed then leaves nothing to undo.
  [[nodiscard]] virtual bool is_untouched() const { return false; }
  /// Reaches what only the target can reach, such as a service by its name; null: nothing special.
  [[nodiscard]] virtual HttpClient* http() { return nullptr; }
};

enum class DeployPurpose { deploy, go_back };

/// What a target can do; decides the steps of a strategy.
struct DeployAbilities {
  bool beside{false};   ///< a second set can stand beside the running one
  bool settles{false};  ///< it knows by itself when what was applied is ready
  bool records{false};  ///< it keeps a record of what runs
  bool paces{false};    ///< it heeds how many more and fewer there may be: DeployStep::surge
};

/// What a stage's file says of its target. Immutable, used from several threads.
class DeployTargetSpec {
 public:
  virtual ~DeployTargetSpec() = default;
  [[nodiscard]] virtual DeployAbilities abilities() const noexcept = 0;
  /// Why a failed deploy cannot be undone, or empty: `no `undo` is given`.
  [[nodiscard]] virtual std::string cannot_undo() const { return {}; }
  /// Whether DeployTarget::go_back() gives what comes back the secrets of now.
  [[nodiscard]] virtual bool sends_secrets_back() const noexcept { return true; }
  /// As StageRunner::programs().
  [[nodiscard]] virtual std::vector<Requirement> programs() const { return {}; }
  /// The commands of a deed or an undo, for `plan`. Pure.
  [[nodiscard]] virtual std::vector<std::string> preview(const expr::Scope& scope) const = 0;
  [[nodiscard]] virtual std::vector<std::string> preview_undo(const expr::Scope& /*scope*/) const {
    return {};
  }
  /// As Comparable::compare().
  virtual Result<std::vector<std::string>> compare(StageContext& /*context*/) const {
    return std::vector<std::string>{"what it changes is known when it runs"};
  }
  /// Takes the lock and learns what runs now, before anything is changed. An error means that
  /// nothing was changed. Whoever goes back takes the lock from anybody.
  virtual Result<std::unique_ptr<DeployTarget>> open(StageContext& context,
                                                     DeployPurpose purpose) const = 0;
};

/// A key of a deploy that names where to: `kubernetes`.
class DeployTargetKind {
 public:
  virtual ~DeployTargetKind() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  [[nodiscard]] virtual std::string_view type() const noexcept = 0;  ///< JSON Schema fragment
  /// Reads the key's value. Null only if there was at least one error.
  [[nodiscard]] virtual std::unique_ptr<DeployTargetSpec> parse(
      yaml::Node value, const ParseContext& context) const = 0;
};

}  // namespace pipectl
