#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/api/notifier.hpp"

namespace pipectl::notifiers::slack {

/// An incoming webhook answers `ok`; its message cannot be changed.
[[nodiscard]] Attempt<> send_to_webhook(const std::string& url,
                                        const nlohmann::ordered_json& content,
                                        const Delivery& delivery);

struct Bot {
  std::string api_url;
  std::string token;
  std::string channel;
};

/// `message/RUN` is posted once and changed from then on; what has `reply_to` goes into its thread.
/// Where a message is, is remembered.
[[nodiscard]] Attempt<> send_as_bot(const Bot& bot, const std::string& key,
                                    const nlohmann::ordered_json& content, Delivery& delivery);

}  // namespace pipectl::notifiers::slack
