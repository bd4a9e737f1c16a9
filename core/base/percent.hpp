#pragma once

#include <string>
#include <string_view>

namespace pipectl {

/// One segment of a path or a value of a query: everything but unreserved characters is encoded.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace pipectl
