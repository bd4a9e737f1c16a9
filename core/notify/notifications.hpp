#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/api/notifier.hpp"
#include "core/notify/courier.hpp"
#include "core/notify/told_runs.hpp"
#include "core/store/outbox.hpp"

namespace pipectl::notify {

/// Posts of entries that the file no longer has, ids of messages that nobody changes any more.
inline constexpr std::chrono::hours kept_for{24 * 30};

struct NotificationParts {
  RunOrigin origin;
  std::vector<Target> targets;
  std::unique_ptr<store::Outbox> outbox;
  HttpClient& http;
  const Clock& clock;
  const Redactor& redactor;
  Grant grant;
  Patience patience{};
};

/// Tells the world of one run. The engine's thread only puts events into a queue. One thread turns
/// them into posts and stores these; one for each target delivers them. So neither a slow disk nor
/// a service that hangs can hold up a run that has begun, and nothing that goes wrong here changes
/// how it ends. Opening the outbox comes before the run, and waits for one that is locked.
class Notifications final : public EventSink {
 public:
  explicit Notifications(NotificationParts parts);
  ~Notifications() override;
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

  void on_event(const RunEvent& event) noexcept override;
  /// The commit, where it was checked out only now.
  void learn(const GitInfo& git) noexcept;

  /// Everything that was heard is stored when this returns: at the end of the run, before pipectl
  /// may be told to end.
  void settle();
  /// True when all of it is delivered, also what earlier runs had left. settle() comes first. A
  /// cancellation that had come before does not count, a more urgent one does.
  bool drain(SteadyTime deadline, const CancelToken& cancel);
  /// Ends the deliveries; what could not be delivered and why, as lines for a person. Once, last.
  [[nodiscard]] std::vector<std::string> close();

 private:
  using Heard = std::variant<RunEvent, GitInfo>;
  void scribe();
  void write_down();
  void take_down(const std::vector<Heard>& heard);
  void keep_pending();

  RunStory story_;
  const std::vector<Target> targets_;
  const std::unique_ptr<store::Outbox> outbox_;
  const Clock& clock_;
  const Redactor& redactor_;
  std::vector<std::unique_ptr<Courier>> couriers_;
  std::vector<store::NewPost> pending_;  ///< of the scribe: not stored yet
  std::string problem_;                  ///< of the scribe

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Heard> queue_;  // protected by mutex_
  bool over_{false};          // protected by mutex_
  std::thread scribe_;        ///< last: it uses all of the above
};

/// What another post further behind supersedes goes, and that one takes its place.
void drop_superseded(std::vector<store::NewPost>& posts);

}  // namespace pipectl::notify
