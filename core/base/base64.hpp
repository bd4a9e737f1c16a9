#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pipectl {

/// Standard base64 (RFC 4648, section 4) with its padding, on one line.
[[nodiscard]] std::string encode_base64(std::string_view bytes);
/// The bytes of standard base64 (RFC 4648, section 4) with its padding; line breaks in it do not
/// count. Nothing when it is none.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace pipectl
