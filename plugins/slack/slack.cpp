#include "plugins/slack/slack.hpp"

#include <fmt/format.h>

#include "plugins/notify/posting.hpp"
#include "plugins/slack/blocks.hpp"
#include "plugins/slack/send.hpp"
#include "plugins/slack/settings.hpp"

namespace pipectl::notifiers {
namespace {

using namespace slack;
using Json = nlohmann::ordered_json;

/// How often the message of a run with many stages changes while it runs.
constexpr std::size_t most_updates = 40;

bool begins_message(const RunEvent& event) {
  return std::holds_alternative<event::RunStarted>(event.what);
}

class Slack final : public Notifier {
 public:
  explicit Slack(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::vector<std::string> secrets() const override {
    return {settings_.token.empty() ? settings_.webhook : settings_.token};
  }
  /// About one message a second; short bursts are taken.
  [[nodiscard]] Pace pace() const noexcept override { return {3, Milliseconds{1'000}}; }

  [[nodiscard]] std::vector<OutboxItem> on(const RunEvent& event,
                                           const RunStory& story) const override {
    std::vector<OutboxItem> items;
    if (!settings_.covers(story.ref())) return items;
    if (settings_.token.empty())
      add_once(event, story, items);
    else
      add_kept(event, story, items);
    return items;
  }

  [[nodiscard]] Attempt<> deliver(const OutboxItem& item, Delivery& delivery) const override {
    const Json payload = TRY(parsed(item, "slack"));
    const auto& secret = delivery.secrets.at(secrets().front());
    if (settings_.token.empty()) return send_to_webhook(secret, payload, delivery);
    return send_as_bot({settings_.api_url, secret, settings_.channel}, item.key, payload, delivery);
  }

 private:
  /// The first occasion of an event that is asked for.
  [[nodiscard]] std::optional<Occasion> occasion_of(const RunEvent& event,
                                                    const RunStory& story) const {
    for (const Occasion occasion : occasions(event, story))
      if (settings_.wants(occasion)) return occasion;
    return std::nullopt;
  }

  /// Approvals and alerts stand for themselves, whatever the way.
  [[nodiscard]] std::optional<Json> aside(Occasion occasion, const RunEvent& event,
                                          const RunStory& story) const {
    const auto mentions = settings_.mentions_for(occasion, story.ref());
    if (const auto* warning = std::get_if<event::Warning>(&event.what))
      return alert_message(story, warning->text, mentions);
    const auto* done = std::get_if<event::StageFinished>(&event.what);
    const auto* stage = done == nullptr ? nullptr : story.stage(done->stage);
    if (stage == nullptr) return std::nullopt;
    if (occasion == Occasion::approval) return approval_message(story, *stage, mentions);
    const auto* const what = done->outcome.undo_failed ? "could not be undone" : "was undone";
    return alert_message(story, fmt::format("{} {}: {}", stage->name, what, done->outcome.reason),
                         mentions);
  }

  /// Messages that cannot be changed any more.
  void add_once(const RunEvent& event, const RunStory& story,
                std::vector<OutboxItem>& items) const {
    const auto occasion = occasion_of(event, story);
    if (!occasion) return;
    const auto key = fmt::format("once/{}/{}", event.run, event.at.time_since_epoch().count());
    auto content = aside(*occasion, event, story);
    if (!content) content = run_message(story, settings_.mentions_for(*occasion, story.ref()));
    items.push_back({key, {}, dumped(*content)});
  }

  /// One message for the run that is changed, and a thread below it.
  void add_kept(const RunEvent& event, const RunStory& story,
                std::vector<OutboxItem>& items) const {
    const auto occasion = occasion_of(event, story);
    const auto* done = std::get_if<event::StageFinished>(&event.what);
    const bool failed =
        done != nullptr && is_failure(done->outcome.status) && settings_.wants(Occasion::failure);
    const bool over = story.end().has_value();
    const bool progress = done != nullptr && settings_.wants(Occasion::start) && is_step(story);
    const bool there = settings_.wants(Occasion::start) || !story.failures().empty();
    if ((begins_message(event) && occasion) || failed || progress || (over && (occasion || there)))
      items.push_back(message(event, story));
    if (failed)
      if (const auto* stage = story.stage(done->stage))
        items.push_back(reply(event, "stage/" + done->stage, stage_message(story, *stage)));
    if (!occasion) return;
    if (const auto content = aside(*occasion, event, story))
      items.push_back(
          reply(event, fmt::format("aside/{}", event.at.time_since_epoch().count()), *content));
    else if (const auto who = settings_.mentions_for(*occasion, story.ref()); !who.empty())
      items.push_back(reply(event, "mention/" + std::string(to_string(*occasion)),
                            Json{{"text", who + " " + escaped(story.summary())}}));
  }

  [[nodiscard]] static bool is_step(const RunStory& story) {
    const std::size_t done = story.stages().size() - story.counts().open;
    return done % (story.stages().size() / most_updates + 1) == 0;
  }

  [[nodiscard]] static OutboxItem message(const RunEvent& event, const RunStory& story) {
    const Json content = run_message(story, {});
    const auto key = "message/" + event.run;
    return {key, key, dumped(content), story.end().has_value()};
  }

  [[nodiscard]] static OutboxItem reply(const RunEvent& event, const std::string& what,
                                        Json content) {
    content["reply_to"] = "message/" + event.run;
    return {fmt::format("reply/{}/{}", event.run, what), {}, dumped(content)};
  }

  Settings settings_;
};

class SlackKind final : public NotifierKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "slack"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Messages in a Slack channel";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override { return slack::keys(); }
  [[nodiscard]] std::unique_ptr<Notifier> parse(yaml::Reader& reader,
                                                const NotifyContext& context) const override {
    auto settings = read_settings(reader, context);
    return settings ? std::make_unique<Slack>(*std::move(settings)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<NotifierKind> make_slack_notifier() { return std::make_unique<SlackKind>(); }

}  // namespace pipectl::notifiers
