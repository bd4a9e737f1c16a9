// The end of a run: what its stages left behind, its exit code, its last words.
#include <algorithm>

#include "core/engine/engine.hpp"
#include "core/exec/leftovers.hpp"

namespace pipectl {

namespace transition = store::transition;

bool nothing_ran(const std::vector<Outcome>& outcomes) {
  return std::ranges::all_of(
      outcomes, [](const Outcome& outcome) { return outcome.status == Status::skipped; });
}

std::string Engine::hint(int exit_code) const {
  constexpr int waiting = 4;
  if (exit_code == 0) return {};
  return exit_code == waiting ? options_.approve_hint : options_.resume_hint;
}

RunResult Engine::finish(SteadyTime started) {
  // What a stage has left running could serve later ones; there is none any more.
  const auto left = end_and_tell({parts_.facts.id, {}}, parts_.tools.grace, hard_.token());
  if (!left.empty()) recorder_.tell(event::Warning{left});
  RunResult result;
  for (const auto& node : plan_.nodes) {
    Outcome outcome;
    if (const auto& ended = scheduler_.outcome(node.id)) outcome = *ended;
    result.outcomes.push_back(std::move(outcome));
  }
  result.exit_code = exit_code(result.outcomes, options_.signal ? options_.signal() : 0);
  const bool nothing = result.exit_code == 0 && nothing_ran(result.outcomes);
  if (nothing) result.exit_code = options_.exit_code_of_nothing;
  if (fatal_ && result.exit_code != 70) result.exit_code = 3;
  recorder_.will(transition::RunEnded{result.exit_code});
  const auto duration =
      std::chrono::duration_cast<Milliseconds>(parts_.tools.clock.steady() - started);
  recorder_.tell_after(event::RunFinished{result.exit_code, duration,
                                          nothing ? std::string{} : hint(result.exit_code)});
  if (fatal_) {
    recorder_.tell(event::Warning{fatal_->message});
    recorder_.tell_without_journal();
  } else if (auto written = recorder_.commit(); !written) {
    fatal_ = written.error();
    result.exit_code = 3;
    recorder_.tell_without_journal();
  }
  result.fatal = fatal_;
  return result;
}

}  // namespace pipectl
