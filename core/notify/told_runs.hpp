#pragma once

#include <string>
#include <vector>

#include "core/api/notifier.hpp"
#include "core/base/redactor.hpp"
#include "core/store/outbox.hpp"

namespace pipectl::notify {

/// One entry below `notify:`.
struct Target {
  std::string name;
  const Notifier* notifier{nullptr};
};

/// Which runs have begun to be told of and were not told to their end: their pipectl died. Kept in
/// the memory of the outbox.
class ToldRuns {
 public:
  explicit ToldRuns(store::Outbox& outbox) : outbox_(outbox) {}
  void begin(const std::string& run, WallTime at);
  void end(const std::string& run, WallTime at);
  [[nodiscard]] bool is_open(const std::string& run);

 private:
  store::Outbox& outbox_;
};

/// What an event calls for, of each target, redacted.
[[nodiscard]] std::vector<store::NewPost> posts_for(const RunEvent& event, const RunStory& story,
                                                    const std::vector<Target>& targets,
                                                    const Redactor& redactor);

}  // namespace pipectl::notify
