#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pipectl {

// What a target's record says of releases before, and what going back by hand makes of it. A record
// has `running` and `history`, the last one in service first; a release has `left`: somebody went
// back from it without saying where to. It stays recorded, for whoever names its run; but "back"
// does not lead to it again, so that going back twice leads back two releases.

/// The one that "back" leads to, or null.
template <typename Release>
[[nodiscard]] const Release* release_before(const std::vector<Release>& history) {
  const auto found = std::ranges::find_if(history, [](const Release& one) { return !one.left; });
  return found == history.end() ? nullptr : &*found;
}

enum class WayBack { before, named };

/// `release` runs again. `same` tells whether two are one release.
template <typename Record, typename Release, typename Same>
void note_way_back(Record& record, Release release, WayBack way, Same same) {
  std::erase_if(record.history, [&](const Release& one) { return same(one, release); });
  if (record.running && !same(*record.running, release)) {
    record.running->left = way == WayBack::before;
    record.history.insert(record.history.begin(), *std::move(record.running));
  }
  release.left = false;
  record.running = std::move(release);
}

/// What to do when there is no release before.
template <typename Release>
[[nodiscard]] std::string hint_of_no_release(const std::vector<Release>& history) {
  std::string hint = "deploy an older commit instead";
  for (const Release& one : history)
    hint +=
        (&one == &history.front() ? "; `--to` leads to what a rollback left: " : ", ") + one.run;
  return hint;
}

}  // namespace pipectl
