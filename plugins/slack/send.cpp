#include "plugins/slack/send.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/notify/posting.hpp"

namespace pipectl::notifiers::slack {
namespace {

using Json = nlohmann::ordered_json;

/// Slack's own troubles; everything else is wrong with what it was sent.
constexpr std::array<std::string_view, 6> passing{"ratelimited",         "rate_limited",
                                                  "internal_error",      "fatal_error",
                                                  "service_unavailable", "request_timeout"};

std::string hint_of(std::string_view error) {
  if (error == "not_in_channel" || error == "channel_not_found")
    return "invite the bot to the channel: /invite @NAME";
  if (error == "missing_scope") return "the bot needs the scope chat:write";
  if (error == "invalid_auth" || error == "not_authed" || error == "token_revoked" ||
      error == "account_inactive")
    return "the token is wrong or no longer valid";
  return {};
}

/// A method of the Web API. Its errors are HTTP 200 with `ok: false`.
Attempt<Json> call(const Bot& bot, const std::string& method, const Json& arguments,
                   const Delivery& delivery) {
  Post post;
  post.url = bot.api_url + "/" + method;
  post.headers = {{"Authorization", "Bearer " + bot.token}};
  post.body = dumped(arguments);
  const auto response = TRY(send(post, "slack", delivery));
  Json answer = Json::parse(response.body, nullptr, false);
  if (!answer.is_object())
    return refuse(Refusal::Retry::later, fmt::format("slack: {}: no JSON came back", method));
  if (answer.value("ok", Json(false)) == Json(true)) return answer;
  const auto error = text_at(answer, "error");
  const bool later = std::ranges::find(passing, error) != passing.end();
  auto refusal = refuse(later ? Refusal::Retry::later : Refusal::Retry::never,
                        fmt::format("slack: {}: {}", method, printable(error)), hint_of(error));
  refusal.value().wait = retry_after(response, delivery.clock.wall());
  return refusal;
}

/// Where a message is: `C012AB3CD 1503435956.000247`.
struct Place {
  std::string channel;
  std::string ts;
};

std::optional<Place> place_of(const std::string& key, Delivery& delivery) {
  const auto known = delivery.memory.recall(key);
  if (!known) return std::nullopt;
  const auto blank = known->find(' ');
  if (blank == std::string::npos) return std::nullopt;
  return Place{known->substr(0, blank), known->substr(blank + 1)};
}

Attempt<> post_message(const Bot& bot, const std::string& key, const Json& content,
                       Delivery& delivery) {
  const Json answer = TRY(call(bot, "chat.postMessage", content, delivery));
  delivery.memory.remember(key, text_at(answer, "channel") + " " + text_at(answer, "ts"));
  return {};
}

}  // namespace

Attempt<> send_to_webhook(const std::string& url, const Json& content, const Delivery& delivery) {
  TRY(send({url, {}, dumped(content)}, "slack", delivery));
  return {};
}

Attempt<> send_as_bot(const Bot& bot, const std::string& key, const Json& content,
                      Delivery& delivery) {
  Json arguments = content;
  arguments.erase("reply_to");
  arguments["channel"] = bot.channel;
  const auto there = place_of(key, delivery);
  if (const auto reply_to = text_at(content, "reply_to"); !reply_to.empty()) {
    if (there) return {};  // sent by a pipectl that died before it could say so
    if (const auto thread = place_of(reply_to, delivery)) {
      arguments["channel"] = thread->channel;
      arguments["thread_ts"] = thread->ts;
    }
    return post_message(bot, key, arguments, delivery);
  }
  if (!there) return post_message(bot, key, arguments, delivery);
  arguments["channel"] = there->channel;
  arguments["ts"] = there->ts;
  const auto changed = call(bot, "chat.update", arguments, delivery);
  // Somebody deleted it, or it is too old to be changed: then a new one.
  if (!changed && (changed.error().error.message.ends_with("message_not_found") ||
                   changed.error().error.message.ends_with("edit_window_closed"))) {
    arguments["channel"] = bot.channel;
    arguments.erase("ts");
    return post_message(bot, key, arguments, delivery);
  }
  if (!changed) return tl::unexpected(changed.error());
  return {};
}

}  // namespace pipectl::notifiers::slack
