#pragma once

#include <string>
#include <vector>

namespace pipectl::release {

/// A commit of the history, as far as a release is concerned.
struct Change {
  std::string sha;
  std::string message;
};

/// Without those that another one of them reverts (`This reverts commit SHA.`), and without what
/// reverts them: together they changed nothing.
[[nodiscard]] std::vector<Change> without_reverted(std::vector<Change> changes);

/// One heading of Keep a Changelog 1.1.0 with its entries.
struct Section {
  std::string title;  ///< `Added`, `Changed`, `Deprecated`, `Removed`, `Fixed`, `Security`
  std::vector<std::string> entries;  ///< Markdown without the leading `- `
};

/// What the commits tell, in the order of Keep a Changelog; commits that release nothing are not in
/// it. What breaks comes first in its section.
[[nodiscard]] std::vector<Section> sections_of(const std::vector<Change>& changes);

/// `### Added` … as Markdown; ends with a line break unless it is empty.
[[nodiscard]] std::string render_sections(const std::vector<Section>& sections);

/// What a `Release-As:` footer asks for that is no semantic version, by the commit: it would be
/// passed over in silence.
[[nodiscard]] std::vector<std::string> unreadable_release_as(const std::vector<Change>& changes);

/// Lines that say `BREAKING CHANGE:` where no footer can be, by the commit: they do not count, and
/// whoever wrote them meant something else.
[[nodiscard]] std::vector<std::string> unread_breaking(const std::vector<Change>& changes);

}  // namespace pipectl::release
