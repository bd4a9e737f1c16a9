#include "plugins/github/posts.hpp"

#include <fmt/format.h>

#include "plugins/notify/posting.hpp"

namespace pipectl::github {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr int most_pages = 10;

}  // namespace

std::string text_in(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string id_in(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_number_integer() ? found->dump() : std::string{};
}

std::string Sender::text(const char* field) const { return notifiers::text_at(post, field); }

Ordered Sender::only(std::initializer_list<const char*> fields) const {
  Ordered result = Ordered::object();
  for (const auto* const field : fields)
    if (const auto found = post.find(field); found != post.end()) result[field] = *found;
  return result;
}

Attempt<Json> Sender::send(const std::string& method, const std::string& path, const Ordered& body,
                           int expected) const {
  Call call;
  call.method = method;
  call.path = path;
  call.body = notifiers::dumped(body);
  call.expected = expected;
  const Answer answer = TRY(client.send(call));
  Json json = Json::parse(answer.body, nullptr, false);
  return json.is_discarded() ? Json(nullptr) : json;
}

Attempt<Json> Sender::find(const std::string& path, const IsIt& is_it) const {
  std::string next = path;
  for (int page = 0; page < most_pages && !next.empty(); ++page) {
    const Answer answer = TRY(client.get(next));
    const Json list = Json::parse(answer.body, nullptr, false);
    if (!list.is_array())
      return refuse(Refusal::Retry::later, fmt::format("github: {}: no list came back", path));
    for (const Json& item : list)
      if (is_it(item)) return item;
    next = answer.next;
  }
  return Json(nullptr);
}

/// GitHub shows the latest one of a context: sent twice it says the same.
Attempt<> send_status(const Sender& sender) {
  TRY(sender.send("POST", fmt::format("{}/statuses/{}", sender.base, encoded(sender.text("sha"))),
                  sender.only({"state", "target_url", "description", "context"}), 201));
  return {};
}

}  // namespace pipectl::github
