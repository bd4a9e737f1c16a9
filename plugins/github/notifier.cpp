#include <fmt/format.h>

#include <array>

#include "plugins/github/github.hpp"
#include "plugins/github/items.hpp"
#include "plugins/github/posts.hpp"
#include "plugins/github/repository.hpp"
#include "plugins/github/settings.hpp"
#include "plugins/notify/posting.hpp"

namespace pipectl::github {
namespace {

struct Way {
  std::string_view word;
  Attempt<> (*send)(const Sender&);
};
constexpr std::array ways{Way{"status", send_status},   Way{"check", send_check},
                          Way{"comment", send_comment}, Way{"deployment", send_deployment},
                          Way{"issue", send_issue},     Way{"dispatch", send_dispatch}};

class GitHub final : public Notifier {
 public:
  explicit GitHub(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::vector<std::string> secrets() const override { return {settings_.token}; }
  /// GitHub takes 80 writes a minute and 500 an hour before its secondary limit.
  [[nodiscard]] Pace pace() const noexcept override { return {30, Milliseconds{1'000}}; }

  [[nodiscard]] std::vector<OutboxItem> on(const RunEvent& event,
                                           const RunStory& story) const override {
    return items_for(settings_, event, story);
  }

  [[nodiscard]] Attempt<> deliver(const OutboxItem& item, Delivery& delivery) const override {
    const auto post = TRY(notifiers::parsed(item, "github"));
    const auto repository = notifiers::text_at(post, "repository");
    if (!is_repository(repository))
      return refuse(Refusal::Retry::never, "github: a stored post cannot be read");
    const Client client{delivery.http,
                        {api_url(delivery.host, notifiers::text_at(post, "remote")),
                         delivery.secrets.at(settings_.token)},
                        delivery.clock,
                        delivery.cancel};
    const Sender sender{client, delivery.memory, post, "/repos/" + repository, item.key};
    const auto word = notifiers::text_at(post, "do");
    for (const Way& way : ways)
      if (way.word == word) return way.send(sender);
    return refuse(Refusal::Retry::never,
                  fmt::format("github: this pipectl knows no post '{}'", word));
  }

 private:
  Settings settings_;
};

class GitHubKind final : public NotifierKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "github"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Statuses, checks, comments, deployments and issues on GitHub";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override { return github::keys(); }
  [[nodiscard]] std::unique_ptr<Notifier> parse(yaml::Reader& reader,
                                                const NotifyContext& context) const override {
    auto settings = read_settings(reader, context);
    return settings ? std::make_unique<GitHub>(*std::move(settings)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<NotifierKind> make_notifier() { return std::make_unique<GitHubKind>(); }

}  // namespace pipectl::github
