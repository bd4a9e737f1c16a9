#include "core/git/session.hpp"

namespace pipectl::git {

void Session::report(const Progress& now) {
  constexpr Milliseconds between{100};
  if (!progress) return;
  const SteadyTime time = std::chrono::steady_clock::now();
  const bool last = now.total > 0 && now.done == now.total;
  if (now.phase == phase_ && !last && time - reported_ < between) return;
  phase_ = now.phase;
  reported_ = time;
  progress(now);
}

}  // namespace pipectl::git
