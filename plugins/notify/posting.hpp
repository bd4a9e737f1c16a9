#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/notifier.hpp"

namespace pipectl::notifiers {

struct Post {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string content_type{"application/json; charset=utf-8"};
};

/// One POST; a success is any 2xx. Redirects are not followed: what was meant for one server is not
/// handed to another. `what` begins messages: `slack`; a URL that is a secret is never in them.
[[nodiscard]] Attempt<HttpResponse> send(const Post& post, std::string_view what,
                                         const Delivery& delivery);

/// JSON on one line. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string dumped(const nlohmann::ordered_json& value);
/// The payload of an item; nothing that can be sent is never sent.
[[nodiscard]] Attempt<nlohmann::ordered_json> parsed(const OutboxItem& item, std::string_view what);
/// The text of a key, or empty.
[[nodiscard]] std::string text_at(const nlohmann::ordered_json& object, const char* key);

/// Lower-case hex of the HMAC-SHA256.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace pipectl::notifiers
