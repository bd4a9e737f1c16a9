#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/api/notifier.hpp"
#include "core/base/cancel.hpp"
#include "core/base/redactor.hpp"
#include "core/notify/pacer.hpp"
#include "core/store/outbox.hpp"

namespace pipectl::notify {

/// When a courier tries again and when it gives up: after so many tries, and at an age at which
/// nobody wants to hear of it any more.
struct Patience {
  Backoff backoff{};
  int most_attempts{12};
  Milliseconds longest_age{std::chrono::hours{24}};
};

/// The values of secrets by name, for a target; an optional one that is not there is left out.
using Grant = std::function<Result<EnvMap>(
    const std::string& target, const std::vector<std::string>& names, const CancelToken& cancel)>;

struct CourierParts {
  std::string target;  ///< name of the entry in `notify:`
  std::string run;     ///< that this process is busy with
  EnvMap host;         ///< for Delivery
  const Notifier& notifier;
  store::Outbox& outbox;
  HttpClient& http;
  const Clock& clock;
  const Redactor& redactor;
  Grant grant;
  Patience patience{};
};

/// Delivers what waits in the outbox for one target, in order, from a thread of its own: also what
/// other runs left there. Only while it is this process's turn; who else has something to deliver
/// gets a turn as soon as nothing waits.
class Courier {
 public:
  explicit Courier(CourierParts parts);
  ~Courier();  ///< stops
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  /// There are new posts.
  void wake();
  /// Waits until nothing waits any more, but neither past the deadline nor for a try that is only
  /// due after it, nor past a cancellation more urgent than `seen`. False when something is left.
  bool wait(SteadyTime deadline, const CancelToken& cancel, CancelReason seen);
  /// Ends the thread; a delivery under way is broken off and made again by the next pipectl.
  void stop();
  /// What went wrong for good, and what still waits and why: lines for a person. After stop().
  [[nodiscard]] std::vector<std::string> complaints();

 private:
  void work();
  void step();
  bool take_turn();
  void recall_wait();
  void leave_alone(Milliseconds wait);
  void nothing_left();
  bool get_secrets();
  void deliver(store::WaitingPost post);
  void refused(store::WaitingPost post, const Refusal& refusal);
  void give_up(const store::WaitingPost& post, const std::string& why);
  void complain(const std::string& text);
  void pause(Milliseconds time);
  [[nodiscard]] bool outlived(const store::WaitingPost& post) const;

  CourierParts parts_;
  Pacer pacer_;
  std::minstd_rand chance_;
  std::unique_ptr<store::OutboxTurn> turn_;
  SteadyTime not_before_{};      ///< our own back-off
  WallTime left_alone_until_{};  ///< what the service asked for, also in the memory of the outbox
  int refusals_{0};              ///< in a row, of whatever posts
  std::optional<EnvMap> secrets_;
  CancelSource stopping_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_{true};                       // protected by mutex_, as all below
  bool idle_{false};                       ///< nothing waited when last looked
  bool stuck_{false};                      ///< nothing can be delivered by this process
  SteadyTime resting_until_{};             ///< no try before
  std::map<std::string, int> complaints_;  ///< and how often
  std::thread thread_;                     ///< last: it uses all of the above
};

}  // namespace pipectl::notify
