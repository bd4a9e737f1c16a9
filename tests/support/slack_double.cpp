#include "tests/support/slack_double.hpp"

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

namespace pipectl::test {
namespace {

using Json = nlohmann::json;

/// As JavaScript counts, which is what Slack's limits are in.
std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto next = first_utf8_char(std::string_view(text).substr(i));
    count += next.code > 0xffff ? 2 : 1;
    i += next.length;
  }
  return count;
}

std::string complaint_about_text(const Json& text, std::size_t most) {
  if (!text.is_object() || !text.contains("text") || !text["text"].is_string())
    return "invalid_blocks";
  const auto size = characters(text["text"]);
  return size == 0 || size > most ? "invalid_blocks" : "";
}

std::string complaint_about_block(const Json& block) {
  if (!block.is_object() || !block.contains("type")) return "invalid_blocks";
  if (block["type"] == "section")
    return block.contains("text") ? complaint_about_text(block["text"], 3'000) : "invalid_blocks";
  if (block["type"] == "header") return complaint_about_text(block.value("text", Json()), 150);
  if (block["type"] == "divider") return "";
  if (block["type"] != "context") return "invalid_blocks";
  const Json elements = block.value("elements", Json::array());
  if (elements.empty() || elements.size() > 10) return "invalid_blocks";
  for (const Json& element : elements)
    if (const auto error = complaint_about_text(element, 2'000); !error.empty()) return error;
  return "";
}

std::size_t text_in(const Json& value) {
  if (value.is_string()) return characters(value);
  std::size_t sum = 0;
  if (value.is_structured())
    for (const Json& part : value) sum += text_in(part);
  return sum;
}

}  // namespace

std::string complaint_about(const Json& content) {
  if (!content.is_object()) return "invalid_json";
  const auto text = content.value("text", std::string{});
  const Json blocks = content.value("blocks", Json::array());
  if (text.empty() && blocks.empty()) return "no_text";
  if (characters(text) > 40'000) return "msg_too_long";
  if (blocks.size() > 50) return "invalid_blocks";
  for (const Json& block : blocks)
    if (const auto error = complaint_about_block(block); !error.empty()) return error;
  return text_in(blocks) > 13'200 ? "msg_blocks_too_long" : "";
}

SlackDouble::SlackDouble() : server_([this](httplib::Server& server) { prepare(server); }) {}

void SlackDouble::prepare(httplib::Server& server) {
  server.Post("/services/T0/B0/secret", [this](const auto& request, auto& answer) {
    const std::lock_guard lock{mutex_};
    if (limited(answer)) return;
    const Json content = Json::parse(request.body, nullptr, false);
    if (const auto error = complaint_about(content); !error.empty()) {
      errors_.push_back(error);
      answer.status = 400;
      answer.set_content(error, "text/plain");
      return;
    }
    const auto ts = "1503435956." + std::to_string(100'000 + order_.size());
    order_.push_back(ts);
    messages_[ts] = {"", "", content, 0};
    answer.set_content("ok", "text/plain");
  });
  server.Post("/api/chat.postMessage",
              [this](const auto& request, auto& answer) { post(request, answer); });
  server.Post("/api/chat.update",
              [this](const auto& request, auto& answer) { update(request, answer); });
}

bool SlackDouble::limited(httplib::Response& answer) {
  if (limited_requests_ == 0) return false;
  --limited_requests_;
  answer.status = 429;
  answer.set_header("Retry-After", std::to_string(limited_seconds_));
  answer.set_content(R"({"ok":false,"error":"ratelimited"})", "application/json");
  return true;
}

void SlackDouble::refuse(httplib::Response& answer, const std::string& error) {
  errors_.push_back(error);
  answer.set_content(Json{{"ok", false}, {"error", error}}.dump(), "application/json");
}

void SlackDouble::post(const httplib::Request& request, httplib::Response& answer) {
  const std::lock_guard lock{mutex_};
  if (limited(answer)) return;
  if (request.get_header_value("Authorization") != std::string("Bearer ") + token)
    return refuse(answer, "invalid_auth");
  Json content = Json::parse(request.body, nullptr, false);
  if (const auto error = complaint_about(content); !error.empty()) return refuse(answer, error);
  const auto channel = content.value("channel", "");
  if (channel != "#deploys" && channel != "C012AB3CD") return refuse(answer, "channel_not_found");
  const auto thread = content.value("thread_ts", "");
  if (!thread.empty() && !messages_.contains(thread)) return refuse(answer, "thread_not_found");
  const auto ts = "1503435956." + std::to_string(100'000 + order_.size());
  order_.push_back(ts);
  messages_[ts] = {"C012AB3CD", thread, std::move(content), 0};
  answer.set_content(Json{{"ok", true}, {"channel", "C012AB3CD"}, {"ts", ts}}.dump(),
                     "application/json");
}

void SlackDouble::update(const httplib::Request& request, httplib::Response& answer) {
  const std::lock_guard lock{mutex_};
  if (limited(answer)) return;
  Json content = Json::parse(request.body, nullptr, false);
  if (const auto error = complaint_about(content); !error.empty()) return refuse(answer, error);
  const auto there = messages_.find(content.value("ts", ""));
  // chat.update knows channels by their ids only.
  if (content.value("channel", "") != "C012AB3CD") return refuse(answer, "channel_not_found");
  if (there == messages_.end()) return refuse(answer, "message_not_found");
  // An update without `text` keeps the old one, without `blocks` removes them.
  if (!content.contains("text") || !content.contains("blocks")) return refuse(answer, "no_text");
  there->second.content = std::move(content);
  ++there->second.changed;
  answer.set_content(Json{{"ok", true}, {"ts", there->first}}.dump(), "application/json");
}

std::vector<SlackDouble::Message> SlackDouble::messages() const {
  const std::lock_guard lock{mutex_};
  std::vector<Message> all;
  for (const auto& ts : order_) all.push_back(messages_.at(ts));
  return all;
}

std::vector<std::string> SlackDouble::errors() const {
  const std::lock_guard lock{mutex_};
  return errors_;
}

void SlackDouble::limit(int requests, int seconds) {
  const std::lock_guard lock{mutex_};
  limited_requests_ = requests;
  limited_seconds_ = seconds;
}

}  // namespace pipectl::test
