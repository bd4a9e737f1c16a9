#pragma once

#include <string>
#include <string_view>

namespace pipectl::cli {

/// A whole HTML page that shows `data` (JSON). It loads nothing and sends nothing: its content
/// security policy allows its own style and script by their digests, and no address at all. What
/// the data holds cannot end the element that it stands in.
[[nodiscard]] std::string html_page(std::string_view title, std::string_view data);

}  // namespace pipectl::cli
