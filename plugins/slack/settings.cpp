#include "plugins/slack/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/values.hpp"

namespace pipectl::notifiers::slack {
namespace {

bool is_id(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return text.size() >= 6 && text.find_first_not_of(letters) == std::string_view::npos;
}

/// Slack knows people and groups by their ids; a name in a message is only text.
std::optional<std::string> in_slack_form(std::string_view who) {
  if (who == "@here" || who == "@channel" || who == "@everyone")
    return fmt::format("<!{}>", who.substr(1));
  if (!is_id(who)) return std::nullopt;
  if (who.front() == 'U' || who.front() == 'W') return fmt::format("<@{}>", who);
  if (who.front() == 'S') return fmt::format("<!subteam^{}>", who);
  return std::nullopt;
}

bool matches(const std::vector<std::string>& globs, const std::string& ref) {
  return globs.empty() ||
         std::ranges::any_of(globs, [&](const auto& glob) { return glob_match(glob, ref); });
}

std::vector<std::string> read_globs(yaml::Reader& reader, std::string_view key) {
  return config::read_literals(reader, key, config::check_glob);
}

Mention read_mention(yaml::Node node, const NotifyContext& context) {
  Mention mention;
  yaml::Reader reader(node, "a mention", context.diagnostics);
  for (const yaml::Node who : reader.strings("who")) {
    if (auto form = in_slack_form(who.text()))
      mention.who.push_back(*std::move(form));
    else
      context.diagnostics.error(
          who.span(), fmt::format("'{}' is nobody whom Slack knows", printable(who.text())),
          "`@here`, `@channel`, the ID of a member (U…) or of a group (S…)");
  }
  mention.on = read_occasions(reader, {Occasion::failure});
  mention.branches = read_globs(reader, "branches");
  if (!reader.node("who") && node.kind() == yaml::Kind::mapping)
    context.diagnostics.error(node.span(), "a mention names nobody", "add `who: '@here'`");
  reader.finish();
  return mention;
}

std::vector<Mention> read_mentions(yaml::Reader& reader, const NotifyContext& context) {
  std::vector<Mention> mentions;
  const auto node = reader.node("mentions");
  if (!node) return mentions;
  if (node->kind() != yaml::Kind::sequence) return {read_mention(*node, context)};
  for (const yaml::Node item : node->items()) mentions.push_back(read_mention(item, context));
  return mentions;
}

void check_way(yaml::Reader& reader, const NotifyContext& context) {
  const bool webhook = reader.node("webhook").has_value();
  const bool token = reader.node("token").has_value();
  const bool channel = reader.node("channel").has_value();
  auto& diagnostics = context.diagnostics;
  if (webhook && token)
    diagnostics.error(reader.node("webhook")->span(), "slack has a webhook and a token",
                      "a token can do more: messages that change, threads");
  else if (!webhook && !token)
    diagnostics.error(reader.self().span(), "slack has neither a webhook nor a token",
                      "write `webhook: SECRET`, or `token: SECRET` and `channel: '#name'`");
  else if (token && !channel)
    diagnostics.error(reader.self().span(), "slack has a token and no channel",
                      "add `channel: '#name'`");
  else if (webhook && channel)
    diagnostics.error(reader.node("channel")->span(), "a webhook has its own channel",
                      "leave `channel` away, or use a `token`");
}

}  // namespace

bool Settings::wants(Occasion occasion) const {
  return std::ranges::find(on, occasion) != on.end();
}

bool Settings::covers(const std::string& ref) const { return matches(branches, ref); }

std::string Settings::mentions_for(Occasion occasion, const std::string& ref) const {
  std::string text;
  for (const Mention& mention : mentions) {
    if (std::ranges::find(mention.on, occasion) == mention.on.end()) continue;
    if (!matches(mention.branches, ref)) continue;
    for (const auto& who : mention.who)
      if (text.find(who) == std::string::npos) text += (text.empty() ? "" : " ") + who;
  }
  return text;
}

std::vector<KeyDoc> keys() {
  return {
      {"webhook", R"({"$ref":"#/$defs/name"})", "The secret with the URL of an incoming webhook"},
      {"token", R"({"$ref":"#/$defs/name"})",
       "The secret with a bot token (chat:write): one message for each run, kept up to date"},
      {"channel", R"({"type":"string"})", "Where the bot writes: `#deploys`, or its ID"},
      {"on", R"({"$ref":"#/$defs/occasions"})",
       "What to tell; default: failure, recovery, approval, alert"},
      {"branches", R"({"$ref":"#/$defs/texts"})", "Globs of branches to tell of; default: all"},
      {"mentions", R"({"type":["array","object"],"items":{"type":"object"}})",
       "Whom to call: `{who: ['@here', U012AB3CD], on: [failure], branches: [main]}`"},
      {"api_url", R"({"type":"string"})", "Another Slack: `https://slack-gov.com/api`"}};
}

std::optional<Settings> read_settings(yaml::Reader& reader, const NotifyContext& context) {
  using enum Occasion;
  const std::size_t errors = context.diagnostics.error_count();
  Settings settings;
  settings.webhook = read_secret_name(reader, "webhook", context).value_or("");
  settings.token = read_secret_name(reader, "token", context).value_or("");
  settings.channel = read_plain_text(reader, "channel").value_or("");
  settings.api_url = read_url(reader, "api_url").value_or(settings.api_url);
  while (settings.api_url.ends_with('/')) settings.api_url.pop_back();
  settings.on = read_occasions(reader, {failure, recovery, approval, alert});
  settings.branches = read_globs(reader, "branches");
  settings.mentions = read_mentions(reader, context);
  check_way(reader, context);
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return settings;
}

}  // namespace pipectl::notifiers::slack
