#include <fmt/format.h>

#include <algorithm>

#include "plugins/github/posts.hpp"

namespace pipectl::github {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr std::size_t annotations_at_once = 50;

/// Check runs are for GitHub Apps; the token of an Actions job is one's, that of a person is not:
/// some may read check runs, a fine-grained one may not even do that.
bool may_not_make_checks(const Refusal& refusal) {
  return refusal.retry == Refusal::Retry::never && (refusal.status == 403 || refusal.status == 404);
}

/// What one run was refused says nothing about the next: permissions change.
std::string not_allowed(const Sender& sender) { return "checks/not-allowed/" + sender.text("run"); }

Attempt<> as_status(const Sender& sender) {
  const Ordered status = sender.post.value("status", Ordered::object());
  return send_status(Sender{sender.client, sender.memory, status, sender.base, sender.key});
}

/// A status from now on where it is checks that are refused.
Attempt<> without_checks(const Sender& sender, const Refusal& refusal) {
  if (!may_not_make_checks(refusal)) return tl::unexpected(refusal);
  sender.memory.remember(not_allowed(sender), refusal.error.message);
  return as_status(sender);
}

/// The check run of this run, also when a pipectl died before it could remember it.
Attempt<std::string> known_check(const Sender& sender) {
  const auto run = sender.text("run");
  if (const auto id = sender.memory.recall("check/" + run)) return *id;
  Answer answer = TRY(sender.client.get(
      fmt::format("{}/commits/{}/check-runs?check_name={}&per_page=100", sender.base,
                  encoded(sender.text("sha")), encoded(sender.text("name")))));
  const Json list = Json::parse(answer.body, nullptr, false);
  const Json runs = list.is_object() ? list.value("check_runs", Json::array()) : Json::array();
  for (const Json& one : runs)
    if (text_in(one, "external_id") == run) return id_in(one, "id");
  return std::string{};
}

Ordered output_of(const Sender& sender, const Ordered& annotations) {
  Ordered output{{"title", sender.text("title")}, {"summary", sender.text("summary")}};
  if (!annotations.empty()) output["annotations"] = annotations;
  return output;
}

/// 50 at a time: the rest is appended by further updates.
Attempt<> add_annotations(const Sender& sender, const std::string& path, const Ordered& all) {
  for (std::size_t begin = annotations_at_once; begin < all.size(); begin += annotations_at_once) {
    Ordered some = Ordered::array();
    for (std::size_t i = begin; i < std::min(all.size(), begin + annotations_at_once); ++i)
      some.push_back(all[i]);
    TRY(sender.send("PATCH", path, Ordered{{"output", output_of(sender, some)}}));
  }
  return {};
}

}  // namespace

Attempt<> send_check(const Sender& sender) {
  if (sender.memory.recall(not_allowed(sender))) return as_status(sender);
  const auto found = known_check(sender);
  if (!found) return without_checks(sender, found.error());
  const std::string& known = *found;
  const bool over = !sender.text("conclusion").empty();
  Ordered body = sender.only({"name", "conclusion", "started_at", "completed_at", "details_url"});
  body["status"] = over ? "completed" : "in_progress";
  body["external_id"] = sender.text("run");
  const Ordered all = sender.post.value("annotations", Ordered::array());
  Ordered first = Ordered::array();
  for (std::size_t i = 0; i < std::min(all.size(), annotations_at_once); ++i)
    first.push_back(all[i]);
  body["output"] = output_of(sender, first);
  std::string path = sender.base + "/check-runs";
  if (known.empty()) {
    body["head_sha"] = sender.text("sha");
    const auto made = sender.send("POST", path, body, 201);
    if (!made) return without_checks(sender, made.error());
    path += "/" + id_in(*made, "id");
    sender.memory.remember("check/" + sender.text("run"), id_in(*made, "id"));
  } else {
    path += "/" + known;
    TRY(sender.send("PATCH", path, body));
    sender.memory.remember("check/" + sender.text("run"), known);
  }
  return add_annotations(sender, path, all);
}

}  // namespace pipectl::github
