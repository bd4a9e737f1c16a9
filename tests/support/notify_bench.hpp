#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/api/notifier.hpp"
#include "core/api/registry.hpp"
#include "core/model/run_event.hpp"
#include "tests/support/fixed_clock.hpp"

namespace pipectl::test {

/// A run as its notifiers see it: tells events and collects what they call for.
class StoryTeller {
 public:
  explicit StoryTeller(const Notifier& notifier, RunOrigin origin = plain_origin());

  /// The run `20261120-155201-3f9a`, number 12 of `shop`, pushed to main at a commit of Ada's.
  [[nodiscard]] static RunOrigin plain_origin();

  /// The items that the event calls for; also kept in `items`.
  std::vector<OutboxItem> tell(decltype(RunEvent::what) what);
  /// A run of these stages (`deploy` deploys to `production`) begins.
  std::vector<OutboxItem> begin(const std::vector<std::string>& stages);
  std::vector<OutboxItem> start(const std::string& stage);
  std::vector<OutboxItem> finish(const std::string& stage, Status status,
                                 const std::string& reason = {});
  std::vector<OutboxItem> end(int exit_code);

  std::vector<OutboxItem> items;
  RunStory story;

 private:
  const Notifier& notifier_;
  WallTime now_{std::chrono::seconds{1'795'000'000}};
};

/// Memory of deliveries, kept in memory alone.
class PlainMemory final : public DeliveryMemory {
 public:
  std::optional<std::string> recall(const std::string& name) override;
  void remember(const std::string& name, const std::string& value) override;
  std::map<std::string, std::string> kept;
};

/// A notifier from the YAML below its name; the pipeline has the secrets TOKEN, HOOK and KEY.
[[nodiscard]] std::unique_ptr<Notifier> notifier_from(const std::string& kind,
                                                      const std::string& yaml);

}  // namespace pipectl::test
