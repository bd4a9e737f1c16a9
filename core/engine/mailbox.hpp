#pragma once

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/exec/executor.hpp"
#include "core/model/outcome.hpp"
#include "core/model/run_event.hpp"
#include "core/plan/plan.hpp"

namespace pipectl {

/// What workers tell the engine. Two queues: what changes state is never held back; what is shown
/// (output, notes) keeps its order among itself, and its output part is bounded in bytes, so that a
/// slow reader slows the children and nothing else.
class Mailbox {
 public:
  /// Tells the engine that a child runs. Not urgent: it rides along with the next message, or makes
  /// quiet_fd() readable within some milliseconds. A stage that ends sooner costs no extra turn.
  struct Spawned {
    ProcessId process;
  };
  /// Why the stage runs, for its record. As little urgent; a note that is shown is neither.
  struct Reason {
    std::string why;
  };
  /// A worker waits for `done` until the engine has this on disk.
  struct Remember {
    std::string key;
    std::string value;
    std::promise<Result<void>> done;
  };
  struct Ended {
    Outcome outcome;
  };
  struct State {
    plan::NodeId node;
    std::variant<Spawned, Reason, Remember, Ended> what;
  };
  /// The parts of a RunEvent that come from a worker. Stage names are filled in by the engine.
  struct Shown {
    plan::NodeId node;
    std::variant<event::StageOutput, event::StageNote, event::StageArtifact, event::StageMetric,
                 event::StageFinding, event::StageTest, event::GateEvaluated, event::DeployStep,
                 event::StageStarted>
        what;
  };

  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(plan::NodeId node, std::variant<Spawned, Reason, Remember, Ended> what);
  void show(Shown shown);
  /// Bounded: false when there was no room within `wait`; `text` is then untouched.
  bool offer_output(plan::NodeId node, Stream stream, std::string& text, Milliseconds wait);

  struct Mail {
    std::vector<State> state;
    std::vector<Shown> shown;
  };
  enum class Take { everything, state_only };
  /// What has come so far. `state_only` leaves what is shown in its queue, unless a stage has
  /// ended: its output must be out before its end.
  Mail collect(Take take);

  /// Readable when there is mail.
  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Readable when what is not urgent has waited for some milliseconds.
  [[nodiscard]] int quiet_fd() const noexcept { return quiet_fd_; }

 private:
  /// Whether the caller, who holds the mutex, has to ring() once it has let go of it: an engine
  /// that wakes while the mutex is still held would go straight back to sleep.
  [[nodiscard]] bool must_ring() noexcept;
  void ring() const noexcept;
  void ring_later() noexcept;
  void silence() const noexcept;
  void silence_timer() noexcept;

  static constexpr std::size_t capacity = 4U << 20U;  ///< bytes of output held

  const int fd_;
  const int quiet_fd_;  ///< a timer
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::vector<State> state_;  // protected by mutex_
  std::vector<Shown> shown_;  // protected by mutex_
  std::size_t held_{0};       // protected by mutex_: bytes of output in shown_
  bool rung_{false};          // protected by mutex_: fd_ is readable, or will be in a moment
  bool will_ring_{false};     // protected by mutex_: the timer runs
  bool ended_{false};         // protected by mutex_: an Ended is in state_
};

}  // namespace pipectl
