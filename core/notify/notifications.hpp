#pragma once

#include <condition_variable>
#include <functional>
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

/// Opens the outbox; what has to be told before this run is stored in it then.
using OpenOutbox = std::function<Result<std::unique_ptr<store::Outbox>>()>;

struct NotificationParts {
  RunOrigin origin;
  std::vector<Target> targets;
  std::vector<std::string> entries;  ///< all below `notify:`, also who is not told of this run
  OpenOutbox open;                   ///< by the scribe; again, later, where it fails
  HttpClient& http;
  const Clock& clock;
  const Redactor& redactor;
  Grant grant;
  Patience patience{};
};

/// Tells the world of one run. The engine's thread only puts events into a queue. One thread, the
/// scribe, opens the outbox, turns them into posts and stores these; one for each target delivers
/// them. So neither a slow disk, a locked outbox nor a service that hangs can hold up a run, and
/// nothing that goes wrong here changes how it ends.
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
  bool open();
  void write_down();
  void take_down(const std::vector<Heard>& heard);
  void keep_pending();

  RunStory story_;
  const NotificationParts parts_;  ///< but for the origin, which the story has
  // Of the scribe, and of nobody else before it has ended:
  std::unique_ptr<store::Outbox> outbox_;  ///< null: not open yet
  std::vector<std::unique_ptr<Courier>> couriers_;
  std::vector<store::NewPost> pending_;  ///< not stored yet
  std::string problem_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Heard> queue_;  // protected by mutex_
  bool over_{false};          // protected by mutex_
  std::thread scribe_;        ///< last: it uses all of the above
};

/// Drops what is older than `kept_for`; that, and what waits for entries which are no more, as
/// lines for a person.
[[nodiscard]] std::vector<std::string> look_after(store::Outbox& outbox,
                                                  const std::vector<std::string>& entries,
                                                  WallTime now);

/// What another post further behind supersedes goes, and that one takes its place.
void drop_superseded(std::vector<store::NewPost>& posts);

}  // namespace pipectl::notify
