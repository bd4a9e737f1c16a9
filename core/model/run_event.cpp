#include "core/model/run_event.hpp"

#include <algorithm>

namespace pipectl {

void FanOut::on_event(const RunEvent& event) noexcept {
  for (auto* sink : sinks_) sink->on_event(event);
}

bool FanOut::congested() const noexcept {
  return std::ranges::any_of(sinks_, [](const auto* sink) { return sink->congested(); });
}

bool FanOut::finish(SteadyTime deadline) noexcept {
  bool all = true;
  for (auto* sink : sinks_) all = sink->finish(deadline) && all;
  return all;
}

}  // namespace pipectl
