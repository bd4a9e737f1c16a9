#pragma once

#include <vector>

#include "core/base/clock.hpp"
#include "core/model/run_event.hpp"
#include "core/store/journal.hpp"

namespace pipectl {

/// Keeps the order that makes a run survive: first the journal, then the deed, then the telling.
/// What the engine is about to do is gathered with `will` and `tell_after`; `commit` puts all of it
/// into the journal in one transaction and only then lets the events out.
class Recorder {
 public:
  Recorder(store::Journal& journal, store::LogWriter& logs, EventSink& sink, const Clock& clock,
           std::string run_id)
      : journal_(journal), logs_(logs), sink_(sink), clock_(clock), run_id_(std::move(run_id)) {}

  void will(store::Transition transition) { transitions_.push_back(std::move(transition)); }
  template <class Event>
  void tell_after(Event event) {
    events_.push_back(RunEvent{run_id_, clock_.wall(), std::move(event)});
  }
  Result<void> commit();
  /// The journal is lost: events go out all the same, so that people see how the run ended.
  void tell_without_journal();

  template <class Event>
  void tell(Event event) {
    sink_.on_event(RunEvent{run_id_, clock_.wall(), std::move(event)});
  }
  /// To the log, then to the sinks.
  Result<void> output(event::StageOutput output);
  void close_log(const std::string& stage) { logs_.close(stage); }
  [[nodiscard]] bool congested() const noexcept { return sink_.congested(); }

 private:
  store::Journal& journal_;
  store::LogWriter& logs_;
  EventSink& sink_;
  const Clock& clock_;
  std::string run_id_;
  std::vector<store::Transition> transitions_;
  std::vector<RunEvent> events_;
};

}  // namespace pipectl
