#include "plugins/webhook/webhook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/notify/posting.hpp"
#include "plugins/notify/story_json.hpp"

namespace pipectl::notifiers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_stages = 1'000;

struct Settings {
  std::string url;         ///< or
  std::string url_secret;  ///< the name of the secret that holds it
  std::string secret;      ///< key of the signature, by name; may be empty
  std::vector<Occasion> on;
};

class Webhook final : public Notifier {
 public:
  explicit Webhook(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::vector<std::string> secrets() const override {
    std::vector<std::string> names;
    if (!settings_.url_secret.empty()) names.push_back(settings_.url_secret);
    if (!settings_.secret.empty()) names.push_back(settings_.secret);
    return names;
  }

  [[nodiscard]] std::vector<OutboxItem> on(const RunEvent& event,
                                           const RunStory& story) const override {
    for (const Occasion occasion : occasions(event, story))
      if (std::ranges::find(settings_.on, occasion) != settings_.on.end())
        return {item(occasion, event, story)};
    return {};
  }

  [[nodiscard]] Attempt<> deliver(const OutboxItem& item, Delivery& delivery) const override {
    const Json payload = TRY(parsed(item, "webhook"));
    Post post;
    post.url =
        settings_.url_secret.empty() ? settings_.url : delivery.secrets.at(settings_.url_secret);
    post.body = dumped(payload.value("body", Json::object()));
    post.headers = {{"X-Pipectl-Event", text_at(payload, "event")},
                    {"X-Pipectl-Delivery", text_at(payload, "id")}};
    if (!settings_.secret.empty())
      post.headers.emplace_back(
          "X-Hub-Signature-256",
          "sha256=" + hmac_sha256(delivery.secrets.at(settings_.secret), post.body));
    TRY(send(post, "webhook", delivery));
    return {};
  }

 private:
  /// The id is that of what happened, so that a receiver can tell a repetition.
  [[nodiscard]] static OutboxItem item(Occasion occasion, const RunEvent& event,
                                       const RunStory& story) {
    const auto* stage = std::get_if<event::StageFinished>(&event.what);
    const auto id =
        fmt::format("{}.{}{}{}.{}", event.run, to_string(occasion), stage == nullptr ? "" : ".",
                    stage == nullptr ? "" : stage->stage, event.at.time_since_epoch().count());
    Json body{{"v", 1}, {"id", id}, {"event", to_string(occasion)}, {"at", iso8601(event.at)}};
    body["run"] = run_json(story);
    if (stage != nullptr && story.stage(stage->stage) != nullptr)
      body["stage"] = stage_json(*story.stage(stage->stage));
    else
      body["stages"] = stages_json(story, most_stages);
    Json payload{{"event", to_string(occasion)}, {"id", id}};
    payload["body"] = std::move(body);
    return {"event/" + id, {}, dumped(payload)};
  }

  Settings settings_;
};

class WebhookKind final : public NotifierKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "webhook"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A signed POST of JSON to a URL of your own";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {{"url", R"({"type":"string"})", "Where to send it"},
            {"url_secret", R"({"$ref":"#/$defs/name"})", "The secret that holds the URL, instead"},
            {"secret", R"({"$ref":"#/$defs/name"})",
             "The secret that signs it: HMAC-SHA256 in `X-Hub-Signature-256`"},
            {"on", R"({"$ref":"#/$defs/occasions"})",
             "What to tell; default: start, failure, success, approval, alert"}};
  }

  [[nodiscard]] std::unique_ptr<Notifier> parse(yaml::Reader& reader,
                                                const NotifyContext& context) const override {
    using enum Occasion;
    const std::size_t errors = context.diagnostics.error_count();
    Settings settings;
    const auto url = read_url(reader, "url");
    const auto url_secret = read_secret_name(reader, "url_secret", context);
    const auto secret = read_secret_name(reader, "secret", context);
    settings.on = read_occasions(reader, {start, failure, success, approval, alert});
    const bool both = reader.node("url") && reader.node("url_secret");
    if (both || !(reader.node("url") || reader.node("url_secret")))
      context.diagnostics.error(reader.self().span(),
                                both ? "a webhook has two URLs" : "a webhook needs a URL",
                                "give it `url`, or `url_secret` with the name of a secret");
    if (context.diagnostics.error_count() > errors) return nullptr;
    settings.url = url.value_or("");
    settings.url_secret = url_secret.value_or("");
    settings.secret = secret.value_or("");
    return std::make_unique<Webhook>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<NotifierKind> make_webhook_notifier() { return std::make_unique<WebhookKind>(); }

}  // namespace pipectl::notifiers
