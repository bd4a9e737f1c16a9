// What starts other workflows: GitHub does not tell whether one came already, and takes each for
// new.
#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/github/posts.hpp"

namespace pipectl::github {
namespace {

using Ordered = nlohmann::ordered_json;

constexpr const char* begun = "begun";
constexpr const char* done = "done";
constexpr const char* refused = "refused";

struct Start {
  std::string what;  ///< for messages
  std::string path;
  Ordered body;
  int expected{0};
};

Start start_of(const Sender& sender) {
  const auto workflow = sender.text("workflow");
  const Ordered values = sender.post.value("values", Ordered::object());
  if (workflow.empty()) {
    const auto event = sender.text("event_type");
    return {fmt::format("event '{}'", event), sender.base + "/dispatches",
            Ordered{{"event_type", event}, {"client_payload", values}}, 204};
  }
  return {fmt::format("workflow '{}'", workflow),
          fmt::format("{}/actions/workflows/{}/dispatches", sender.base, encoded(workflow)),
          Ordered{{"ref", sender.text("ref")}, {"inputs", values}}, 0};
}

/// An answer by which nothing was started. A gateway's 502 says nothing of what is behind it.
bool is_no(const Refusal& refusal) {
  return refusal.status >= 400 && refusal.status < 500 && refusal.status != 408;
}

tl::unexpected<Refusal> not_known(const Sender& sender, const Start& start,
                                  const std::string& why) {
  return refuse(
      Refusal::Retry::never,
      fmt::format("github: whether {} was started in {} is not known{}", printable(start.what),
                  sender.base.substr(std::string_view("/repos/").size()),
                  why.empty() ? "" : ": " + why),
      "it is not started again: look there, and start it by hand where it is missing");
}

}  // namespace

/// At most once: what was begun without an answer is not sent again. That GitHub can be reached is
/// tried first, by a question that may be repeated.
Attempt<> send_dispatch(const Sender& sender) {
  const Start start = start_of(sender);
  const auto known = sender.memory.recall(sender.key);
  if (known == done) return {};
  if (known == begun) return not_known(sender, start, {});
  // Small, and anybody who may write may read it.
  TRY(sender.client.get(sender.base + "/languages"));
  sender.memory.remember(sender.key, begun);
  const auto sent = sender.send("POST", start.path, start.body, start.expected);
  if (sent || is_no(sent.error())) sender.memory.remember(sender.key, sent ? done : refused);
  if (sent) return {};
  if (is_no(sent.error())) return tl::unexpected(sent.error());
  return not_known(sender, start, sent.error().error.message);
}

}  // namespace pipectl::github
