#pragma once

#include <string>
#include <string_view>

namespace pipectl::git {

/// The URL with user name and password removed, fit for messages, logs and `git.remote`:
/// `https://x:token@host/r.git` -> `https://host/r.git`. The user of an ssh URL stays (it is part
/// of the address), its password goes. Control characters are escaped.
[[nodiscard]] std::string without_credentials(std::string_view url);

/// `text` with every URL in it passed through `without_credentials`: for messages of libraries.
[[nodiscard]] std::string scrub_urls(std::string_view text);

}  // namespace pipectl::git
