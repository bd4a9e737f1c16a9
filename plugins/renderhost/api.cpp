#include "plugins/renderhost/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/percent.hpp"
#include "core/base/text.hpp"

namespace pipectl::renderhost {
namespace {

using nlohmann::json;

constexpr int most_tries = 5;
constexpr Milliseconds first_pause{500};
constexpr Milliseconds longest_pause{30'000};
constexpr Milliseconds between_looks{1'000};
constexpr Milliseconds one_request{10'000};
constexpr Milliseconds shortest_request{2'000};  ///< also of the last look before a deadline
constexpr std::string_view trouble =
    "https://status.render.com tells whether Render is in trouble; try again later";

const CancelToken& token(const StageContext& context, const DeployWork& work) {
  return work.lifetime == Lifetime::stage ? context.cancel : context.cleanup;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string()
             ? found->get<std::string>()
             : std::string{};
}

json part_of(const json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object.at(key) : json{};
}

Deploy deploy_of(const json& object) {
  return {text_of(object, "id"), text_of(object, "status"),
          text_of(part_of(object, "commit"), "id"), text_of(part_of(object, "image"), "ref")};
}

bool is_passing(int status) { return status == 429 || status >= 500; }

/// In seconds, as Render sends it.
Milliseconds pause_after(const HttpResponse& answer, Milliseconds usual) {
  const std::string* const wanted = answer.header("retry-after");
  if (wanted == nullptr) return usual;
  int seconds = 0;
  const auto [end, error] =
      std::from_chars(wanted->data(), wanted->data() + wanted->size(), seconds);
  if (error != std::errc{}) return usual;
  return std::clamp(Milliseconds{1'000} * seconds, first_pause, longest_pause);
}

tl::unexpected<Error> refused(const std::string& what, const HttpResponse& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  const std::string said = text_of(body, "message");
  const std::string message = fmt::format("render: {}: status {}{}{}", what, answer.status,
                                          said.empty() ? "" : ": ", printable(said));
  if (answer.status == 401 || answer.status == 403)
    return fail(Fault::infrastructure, message, "the secret behind `api_key` is not a valid key");
  if (answer.status == 404)
    return fail(Fault::step, message, "`service` is the id that begins with srv-");
  if (is_passing(answer.status)) return fail(Fault::infrastructure, message, std::string(trouble));
  return fail(Fault::step, message);
}

bool is_over(const StageContext& context, const DeployWork& work) {
  const SteadyTime now = context.clock.steady();
  const bool of_stage = work.lifetime == Lifetime::stage && context.deadline;
  return (work.limit && now >= work.limit->deadline) || (of_stage && now >= *context.deadline);
}

/// For one request: what is left, but no more than Render should ever need.
Milliseconds time_for(const StageContext& context, const DeployWork& work) {
  SteadyTime end = context.clock.steady() + one_request;
  if (work.limit) end = std::min(end, work.limit->deadline);
  if (work.lifetime == Lifetime::stage && context.deadline) end = std::min(end, *context.deadline);
  const auto left = std::chrono::ceil<Milliseconds>(end - context.clock.steady());
  return std::max(left, shortest_request);
}

}  // namespace

bool Deploy::is_under_way() const {
  return status == "created" || status == "queued" || status.ends_with("_in_progress");
}

bool Deploy::has_failed() const {
  constexpr std::array<std::string_view, 5> failed{"build_failed", "update_failed", "canceled",
                                                   "pre_deploy_failed", "deactivated"};
  return std::ranges::find(failed, status) != failed.end();
}

std::string Deploy::name() const {
  const std::string what = image.empty() ? commit.substr(0, 7) : image;
  return printable(what.empty() ? id : fmt::format("{} ({})", id, what));
}

Result<HttpResponse> Api::send(const Ask& ask, const DeployWork& work) const {
  HttpRequest request;
  request.method = ask.method;
  request.url =
      fmt::format("{}/services/{}{}", service_.base, percent_encoded(service_.id), ask.path);
  request.headers = {{"Authorization", "Bearer " + service_.key}, {"Accept", "application/json"}};
  if (!ask.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = ask.body;
  Milliseconds pause = first_pause;
  for (int tries = 1;; ++tries) {
    request.timeout = time_for(context_, work);
    auto answer = context_.http.send(request, token(context_, work));
    if (!answer && answer.error().fault == Fault::cancelled) return answer;
    if (!answer && answer.error().hint.empty()) answer.error().hint = trouble;
    if (answer && !is_passing(answer->status)) return answer;
    // A request that was answered with 429 was not acted on; of any other trouble nobody knows.
    const bool may_repeat = ask.twice == Twice::harmless || (answer && answer->status == 429);
    if (!may_repeat || tries == most_tries || is_over(context_, work)) return answer;
    const Milliseconds wait = answer ? pause_after(*answer, pause) : pause;
    context_.emit.note(
        fmt::format("render: {}; trying again in {}",
                    answer ? fmt::format("status {}", answer->status) : answer.error().message,
                    human_duration(wait)));
    if (token(context_, work).wait_for(wait)) return answer;
    pause = std::min(pause * 2, longest_pause);
  }
}

Result<std::vector<Deploy>> Api::deploys(const DeployWork& work) const {
  const auto answer = TRY(send({"GET", "/deploys?limit=20"}, work));
  const json list = json::parse(answer.body, nullptr, false);
  if (answer.status != 200 || !list.is_array()) return refused("the deploys", answer);
  std::vector<Deploy> found;
  for (const json& entry : list) found.push_back(deploy_of(part_of(entry, "deploy")));
  return found;
}

Result<Deploy> Api::deploy(const std::string& id, const DeployWork& work) const {
  const auto answer = TRY(send({"GET", "/deploys/" + percent_encoded(id)}, work));
  const json body = json::parse(answer.body, nullptr, false);
  if (answer.status != 200 || !body.is_object()) return refused("deploy " + printable(id), answer);
  return deploy_of(body);
}

/// 201 tells of the deploy; 202 only that it is queued behind others: then it is the newest.
Result<Deploy> Api::begun(const Result<HttpResponse>& answer, const DeployWork& work) const {
  if (!answer) return tl::unexpected(answer.error());
  constexpr int created = 201;
  constexpr int queued = 202;
  if (answer->status != created && answer->status != queued)
    return refused("a deploy was not begun", *answer);
  Deploy one = deploy_of(json::parse(answer->body, nullptr, false));
  if (!one.id.empty()) return one;
  auto all = TRY(deploys(work));
  if (all.empty()) return fail(Fault::infrastructure, "render: the deploy that was begun is gone");
  return std::move(all.front());
}

Result<Deploy> Api::start(const Wanted& wanted, const DeployWork& work) const {
  json body = json::object();
  if (!wanted.commit.empty()) body["commitId"] = wanted.commit;
  if (!wanted.image.empty()) body["imageUrl"] = wanted.image;
  return begun(send({"POST", "/deploys", body.dump(), Twice::deploys_twice}, work), work);
}

Result<Deploy> Api::roll_back(const std::string& id, const DeployWork& work) const {
  const json body{{"deployId", id}};
  return begun(send({"POST", "/rollback", body.dump(), Twice::deploys_twice}, work), work);
}

Result<std::string> Api::await_live(const std::string& id, const DeployWork& work) const {
  std::string seen;
  while (true) {
    const Deploy one = TRY(deploy(id, work));
    if (one.is_live()) return fmt::format("{} is live", one.name());
    if (one.has_failed())
      return fail(Fault::step, fmt::format("render: deploy {}: {}", one.name(), one.status),
                  "its log is in Render's dashboard");
    if (one.status != seen) context_.emit.note(fmt::format("{}: {}", one.name(), one.status));
    seen = one.status;
    if (is_over(context_, work))
      return fail(Fault::step, fmt::format("render: deploy {} was not live in time: {}", one.name(),
                                           one.status));
    if (token(context_, work).wait_for(between_looks))
      return fail(Fault::cancelled, describe(token(context_, work).reason()));
  }
}

Result<std::string> call_hook(StageContext& context, const std::string& url, const Wanted& wanted,
                              const DeployWork& work) {
  HttpRequest request;
  request.method = "POST";
  request.url = url;
  const auto add = [&request](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    request.url += request.url.find('?') == std::string::npos ? '?' : '&';
    request.url += fmt::format("{}={}", name, percent_encoded(value));
  };
  add("ref", wanted.commit);
  add("imgURL", wanted.image);
  request.timeout = time_for(context, work);
  auto answer = TRY(context.http.send(request, token(context, work)));
  constexpr int first_bad = 300;
  if (answer.status >= first_bad) return refused("the deploy hook", answer);
  return text_of(part_of(json::parse(answer.body, nullptr, false), "deploy"), "id");
}

}  // namespace pipectl::renderhost
