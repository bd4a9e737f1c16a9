#pragma once

#include <memory>

#include "cli/app.hpp"
#include "cli/pipeline_input.hpp"
#include "core/base/cancel.hpp"
#include "core/base/redactor.hpp"
#include "core/engine/secret_vault.hpp"
#include "core/notify/notifications.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// What those who tell of a run are made from. All of it outlives the RunNotifications.
struct NotificationInput {
  const Invocation& invocation;
  const Registry& registry;
  const PipelineFile& file;
  const RunInput& input;
  const EnvMap& overrides;  ///< --secrets-file
  store::RunStore& store;
  const store::RunRecord& record;
  Redactor& redactor;
  const Clock& clock;
};

/// The notifications of one run, if its pipeline has any: with an HTTP client and a vault of its
/// own, so that it works whatever becomes of the run. What fails here is a warning on stderr, at
/// the end: the run does not wait for the outbox.
class RunNotifications {
 public:
  explicit RunNotifications(const NotificationInput& input);
  ~RunNotifications();
  RunNotifications(const RunNotifications&) = delete;
  RunNotifications& operator=(const RunNotifications&) = delete;

  /// Null when nobody is to be told.
  [[nodiscard]] EventSink* sink() noexcept { return notifications_.get(); }
  void learn(const GitInfo& git) noexcept;
  /// The run is over: all of it is stored when this returns.
  void settle();
  /// Gives what is not delivered yet a while, then says what is left: up to 30 s in CI, where no
  /// later pipectl may come, else 5 s.
  void send_off(const CancelToken& cancel);

 private:
  const NotificationInput input_;
  const bool in_ci_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<SecretVault> vault_;
  std::unique_ptr<notify::Notifications> notifications_;
};

}  // namespace pipectl::cli
