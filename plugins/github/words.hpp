#pragma once

#include <string>
#include <string_view>

#include "core/api/run_story.hpp"

namespace pipectl::github {

/// How GitHub calls a state, in its different places.
struct StateWords {
  std::string_view status;      ///< commit status: error, failure, pending, success
  std::string_view conclusion;  ///< check run; empty: not completed
  std::string_view deployment;  ///< deployment status
};
[[nodiscard]] StateWords words_for(const RunStory& story) noexcept;
[[nodiscard]] StateWords words_for(const StageStory& stage) noexcept;

/// At most 140 characters, which is all that a status takes.
[[nodiscard]] std::string description_of(const RunStory& story);
[[nodiscard]] std::string description_of(const StageStory& stage);

/// Text from outside in Markdown: no markup, no mention of people, one line.
[[nodiscard]] std::string plain_markdown(std::string_view text);

/// A table of the stages below a headline, at most `most` bytes.
[[nodiscard]] std::string report_of(const RunStory& story, std::size_t most);
/// `shop #12 failed on main`.
[[nodiscard]] std::string title_of(const RunStory& story);

}  // namespace pipectl::github
