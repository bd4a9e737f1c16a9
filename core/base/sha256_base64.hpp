#pragma once

#include <string>
#include <string_view>

namespace pipectl {

/// SHA-256 as a content security policy has it: base64 with padding.
[[nodiscard]] std::string sha256_base64(std::string_view bytes);

}  // namespace pipectl
