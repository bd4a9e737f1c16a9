#include "core/engine/recorder.hpp"

namespace pipectl {

Result<void> Recorder::commit() {
  if (!transitions_.empty()) {
    TRY(journal_.append(transitions_, clock_.wall()));
    transitions_.clear();
  }
  tell_without_journal();
  return {};
}

void Recorder::tell_without_journal() {
  for (const auto& event : events_) sink_.on_event(event);
  events_.clear();
}

Result<void> Recorder::output(event::StageOutput output) {
  auto written = logs_.write(output.stage, output.stream, output.text);
  tell(std::move(output));
  return written;
}

}  // namespace pipectl
