#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/api/run_story.hpp"

namespace pipectl::notifiers::slack {

/// `&`, `<` and `>`, which Slack reads as markup: links, and mentions of people.
[[nodiscard]] std::string escaped(std::string_view text);

/// Block Kit within its limits: 50 blocks, 3,000 characters in a section, and about 13,000 in all,
/// from where on Slack says `msg_blocks_too_long`. What does not fit is left out, and counted.
class Blocks {
 public:
  /// Markup; user's text in it is escaped before.
  void section(std::string_view markup);
  void context(std::string_view markup);
  /// What was left out, if anything, as the last block.
  [[nodiscard]] nlohmann::ordered_json take();

 private:
  bool add(std::string_view type, std::string_view markup, std::size_t most);

  nlohmann::ordered_json blocks_ = nlohmann::ordered_json::array();
  std::size_t bytes_{0};
  std::size_t left_out_{0};
};

/// `text` (for notifications) and `blocks` of the message about a run, as it stands now.
[[nodiscard]] nlohmann::ordered_json run_message(const RunStory& story, std::string_view mentions);
/// Of one stage that failed, with the last lines of its log: for the thread.
[[nodiscard]] nlohmann::ordered_json stage_message(const RunStory& story, const StageStory& stage);
/// An approval that is wanted, with the command that gives it.
[[nodiscard]] nlohmann::ordered_json approval_message(const RunStory& story,
                                                      const StageStory& stage,
                                                      std::string_view mentions);
/// What a person should look at.
[[nodiscard]] nlohmann::ordered_json alert_message(const RunStory& story, std::string_view what,
                                                   std::string_view mentions);

}  // namespace pipectl::notifiers::slack
