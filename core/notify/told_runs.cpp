#include "core/notify/told_runs.hpp"

namespace pipectl::notify {
namespace {

/// No entry of `notify:` is called so.
const std::string of_runs{"(runs)"};
constexpr const char* begun = "begun";
constexpr const char* told = "told";

}  // namespace

// A mark that cannot be kept is lost: then nobody is told of a pipectl that dies, no more.
void ToldRuns::begin(const std::string& run, WallTime at) {
  static_cast<void>(outbox_.remember(of_runs, run, begun, at));
}

void ToldRuns::end(const std::string& run, WallTime at) {
  static_cast<void>(outbox_.remember(of_runs, run, told, at));
}

bool ToldRuns::is_open(const std::string& run) {
  const auto mark = outbox_.recall(of_runs, run);
  return mark && *mark == begun;
}

std::vector<store::NewPost> posts_for(const RunEvent& event, const RunStory& story,
                                      const std::vector<Target>& targets,
                                      const Redactor& redactor) {
  std::vector<store::NewPost> posts;
  for (const Target& target : targets)
    for (OutboxItem& item : target.notifier->on(event, story))
      posts.push_back({target.name, event.run, std::move(item.key), std::move(item.supersedes),
                       redactor.redact(item.payload),
                       item.first ? store::Turn::first : store::Turn::in_order});
  return posts;
}

}  // namespace pipectl::notify
