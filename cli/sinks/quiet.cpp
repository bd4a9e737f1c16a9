#include "cli/sinks/quiet.hpp"

namespace pipectl::cli {
namespace {

constexpr std::size_t tail_bytes = std::size_t{16} << 10U;

}  // namespace

void QuietSink::keep(const event::StageOutput& output) {
  std::string& tail = tails_[output.stage];
  if (output.text.size() >= tail_bytes) tail.clear();
  const auto from = output.text.size() > tail_bytes ? output.text.size() - tail_bytes : 0;
  tail.append(output.text, from);
  if (tail.size() > 2 * tail_bytes) tail.erase(0, tail.size() - tail_bytes);
}

void QuietSink::give_back(const RunEvent& event, const event::StageFinished& finished) {
  const auto tail = tails_.find(finished.stage);
  if (tail == tails_.end()) return;
  if (is_failure(finished.outcome.status))
    next_.on_event({event.run, event.at,
                    event::StageOutput{finished.stage, Stream::out, std::move(tail->second)}});
  tails_.erase(tail);
}

void QuietSink::on_event(const RunEvent& event) noexcept {
  if (const auto* output = std::get_if<event::StageOutput>(&event.what)) return keep(*output);
  if (std::holds_alternative<event::StageNote>(event.what)) return;
  if (const auto* started = std::get_if<event::StageStarted>(&event.what))
    tails_.erase(started->stage);  // of an attempt that is tried again
  if (const auto* finished = std::get_if<event::StageFinished>(&event.what))
    give_back(event, *finished);
  next_.on_event(event);
}

}  // namespace pipectl::cli
