#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/release/version.hpp"

namespace pipectl::release {

/// What a decision rests on.
struct History {
  std::vector<std::string> messages;  ///< the commits since the last final version, newest first
  std::vector<Version> tagged;        ///< every version that has a tag, in any order
  std::vector<Version> here{};        ///< those whose tag is on the commit that is released
};

/// The next version, or nothing where no commit calls for a release. A `channel` ("rc") makes it a
/// pre-release. The newest `Release-As:` wins over what the commits add up to; it is refused where
/// it does not come after the last final version. With a channel a final version that it asks for
/// is led to by pre-releases; a pre-release that it asks for and that is tagged already, or passed
/// by another of its line, is followed by the next one, without a channel by the final version; but
/// on the commit that has its tag it is still that very version, which may have broken. The first
/// release of all is 1.0.0.
[[nodiscard]] Result<std::optional<Version>> next_version(const History& history,
                                                          const std::string& channel);

/// Why it is that version: `minor, from 4 commits since v1.2.0`.
[[nodiscard]] std::string why_next(const std::vector<std::string>& messages,
                                   const std::string& since);

}  // namespace pipectl::release
