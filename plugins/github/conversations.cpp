// Comments on pull requests, and issues: found again by a marker that Markdown does not show.
#include <fmt/format.h>

#include "plugins/github/posts.hpp"

namespace pipectl::github {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

bool is_gone(const Refusal& refusal) { return refusal.status == 404 || refusal.status == 410; }

Attempt<> update_comment(const Sender& sender, const std::string& id) {
  TRY(sender.send("PATCH", fmt::format("{}/issues/comments/{}", sender.base, id),
                  sender.only({"body"})));
  return {};
}

Attempt<std::string> find_comment(const Sender& sender, const std::string& number) {
  const auto marker = sender.text("marker");
  const Json found =
      TRY(sender.find(fmt::format("{}/issues/{}/comments?per_page=100", sender.base, number),
                      [&](const Json& one) { return text_in(one, "body").starts_with(marker); }));
  return id_in(found, "id");
}

Attempt<std::string> find_issue(const Sender& sender) {
  const auto marker = sender.text("marker");
  const Json found =
      TRY(sender.find(sender.base + "/issues?state=open&per_page=100", [&](const Json& one) {
        return !one.contains("pull_request") &&
               text_in(one, "body").find(marker) != std::string::npos;
      }));
  return id_in(found, "number");
}

Attempt<> add_to_issue(const Sender& sender, const std::string& number) {
  TRY(sender.send("POST", fmt::format("{}/issues/{}/comments", sender.base, number),
                  sender.only({"body"}), 201));
  return {};
}

Attempt<> open_issue(const Sender& sender) {
  Ordered body = sender.only({"title", "labels", "assignees"});
  body["body"] = sender.text("body") + "\n" + sender.text("marker");
  TRY(sender.send("POST", sender.base + "/issues", body, 201));
  return {};
}

Attempt<> close_issue(const Sender& sender, const std::string& number) {
  TRY(add_to_issue(sender, number));
  TRY(sender.send("PATCH", fmt::format("{}/issues/{}", sender.base, number),
                  Ordered{{"state", "closed"}, {"state_reason", "completed"}}));
  return {};
}

}  // namespace

Attempt<> send_comment(const Sender& sender) {
  const auto number = sender.post.value("number", Ordered(0)).dump();
  const auto name = "comment/" + number;
  if (const auto known = sender.memory.recall(name)) {
    auto updated = update_comment(sender, *known);
    if (updated || !is_gone(updated.error())) return updated;
  }
  const auto there = TRY(find_comment(sender, number));
  if (!there.empty()) {
    TRY(update_comment(sender, there));
    sender.memory.remember(name, there);
    return {};
  }
  const Json made =
      TRY(sender.send("POST", fmt::format("{}/issues/{}/comments", sender.base, number),
                      sender.only({"body"}), 201));
  sender.memory.remember(name, id_in(made, "id"));
  return {};
}

/// Opened by the first failure, told of the next ones, closed by the recovery. Each run once.
Attempt<> send_issue(const Sender& sender) {
  const auto name = "issue/" + sender.text("run");
  if (sender.memory.recall(name)) return {};
  const auto number = TRY(find_issue(sender));
  const bool failed = sender.post.value("failed", Ordered(false)) == Ordered(true);
  if (number.empty()) {
    if (failed) TRY(open_issue(sender));
  } else if (failed) {
    TRY(add_to_issue(sender, number));
  } else {
    TRY(close_issue(sender, number));
  }
  sender.memory.remember(name, "told");
  return {};
}

}  // namespace pipectl::github
