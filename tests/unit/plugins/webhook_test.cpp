#include <catch2/catch_test_macros.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/http_curl.hpp"
#include "plugins/notify/posting.hpp"
#include "tests/support/http_double.hpp"
#include "tests/support/notify_bench.hpp"

using namespace pipectl;
using namespace pipectl::test;
using Json = nlohmann::json;

namespace {

struct Sent {
  Attempt<> result;
  std::vector<httplib::Request> requests;
};

/// Delivers an item to a server that answers with this status, at whose URL `YAML` has `%`.
Sent send(const std::string& kind, std::string yaml, int status, const std::string& redirect = {}) {
  std::vector<httplib::Request> requests;
  const HttpDouble server{[&](httplib::Server& s) {
    s.Post(".*", [&](const auto& request, auto& answer) {
      requests.push_back(request);
      answer.status = status;
      if (!redirect.empty()) answer.set_header("Location", redirect);
    });
  }};
  yaml.replace(yaml.find('%'), 1, server.url("/hook"));
  const auto notifier = notifier_from(kind, yaml);
  StoryTeller run{*notifier};
  const auto items = run.begin({"unit"});
  const auto http = make_curl_http_client({});
  const FixedClock clock;
  PlainMemory memory;
  const EnvMap host;
  const EnvMap secrets{{"KEY", "k3y"}, {"HOOK", server.url("/secret")}, {"TOKEN", "t0ken"}};
  Delivery delivery{*http, clock, {}, host, secrets, memory};
  auto result = notifier->deliver(items.at(0), delivery);
  return {std::move(result), std::move(requests)};
}

std::set<std::string> keys_of(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// What the schemas of CDEvents 0.5 know: they allow nothing else.
void check_keys(const Json& event) {
  using Keys = std::set<std::string>;
  const std::map<std::string, Keys> contents{
      {"pipelinerun.started", {"pipelineName", "uri"}},
      {"pipelinerun.finished", {"pipelineName", "uri", "outcome", "errors"}},
      {"taskrun.started", {"taskName", "pipelineRun", "uri"}},
      {"taskrun.finished", {"taskName", "pipelineRun", "uri", "outcome", "errors"}},
      {"service.deployed", {"environment", "artifactId"}},
      {"service.rolledback", {"environment", "artifactId"}}};
  CHECK(keys_of(event) == Keys{"context", "subject"});
  CHECK(keys_of(event["context"]) ==
        Keys{"specversion", "id", "chainId", "source", "type", "timestamp"});
  CHECK(keys_of(event["subject"]) == Keys{"id", "source", "content"});
  std::string type = event["context"]["type"];
  type = type.substr(std::string("dev.cdevents.").size());
  type = type.substr(0, type.size() - std::string(".0.3.0").size());
  REQUIRE(contents.contains(type));
  const Json& content = event["subject"]["content"];
  for (const auto& key : keys_of(content)) CHECK(contents.at(type).contains(key));
  if (content.contains("environment")) CHECK(keys_of(content["environment"]) == Keys{"id"});
}

}  // namespace

TEST_CASE("a webhook carries the event, its id and a signature of its very bytes", "[webhook]") {
  const auto sent = send("webhook", "{url: '%', secret: KEY}", 204);
  REQUIRE(sent.result.has_value());
  REQUIRE(sent.requests.size() == 1);
  const auto& request = sent.requests.front();
  CHECK(request.path == "/hook");
  CHECK(request.get_header_value("X-Pipectl-Event") == "start");
  const Json body = Json::parse(request.body);
  CHECK(request.get_header_value("X-Pipectl-Delivery") == body["id"]);
  CHECK(request.get_header_value("X-Hub-Signature-256") ==
        "sha256=" + notifiers::hmac_sha256("k3y", request.body));
  CHECK(body["v"] == 1);
  CHECK(body["run"]["pipeline"] == "shop");
  CHECK(body["run"]["sha"] == "0123456789abcdef0123456789abcdef01234567");
  CHECK(body["run"]["outcome"] == "running");
  CHECK(body["stages"][0] == Json{{"name", "unit"}, {"kind", "test"}, {"outcome", "queued"}});
}

// RFC 4231, test case 2.
TEST_CASE("the signature is HMAC-SHA256", "[webhook]") {
  CHECK(notifiers::hmac_sha256("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("the URL may be a secret, which then is in no message", "[webhook]") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Post("/secret", [](const auto&, auto& answer) { answer.status = 410; });
  }};
  const auto notifier = notifier_from("webhook", "{url_secret: HOOK}");
  CHECK(notifier->secrets() == std::vector<std::string>{"HOOK"});
  StoryTeller run{*notifier};
  const auto item = run.begin({"unit"}).front();
  CHECK(item.payload.find("http://") == std::string::npos);
  const auto http = make_curl_http_client({});
  const FixedClock clock;
  PlainMemory memory;
  const EnvMap host;
  const EnvMap secrets{{"HOOK", server.url("/secret")}};
  Delivery delivery{*http, clock, {}, host, secrets, memory};
  const auto refused = notifier->deliver(item, delivery);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().error.message == "webhook: 410");
  CHECK(refused.error().retry == Refusal::Retry::never);
}

TEST_CASE("5xx and 429 are tried again, other answers are final, redirects not followed",
          "[webhook]") {
  for (const int status : {500, 502, 503, 429, 408})
    CHECK(send("webhook", "{url: '%'}", status).result.error().retry == Refusal::Retry::later);
  for (const int status : {400, 401, 404, 410, 422})
    CHECK(send("webhook", "{url: '%'}", status).result.error().retry == Refusal::Retry::never);
  const auto redirected = send("webhook", "{url: '%'}", 307, "http://127.0.0.1:1/elsewhere");
  CHECK(redirected.requests.size() == 1);
  CHECK(redirected.result.error().error.message == "webhook: 307");
}

TEST_CASE("an approval tells of its stage", "[webhook]") {
  const auto notifier = notifier_from("webhook", "{url: 'https://example.com/', on: approval}");
  StoryTeller run{*notifier};
  run.begin({"live"});
  const auto items = run.finish("live", Status::waiting, "production wants an approval");
  REQUIRE(items.size() == 1);
  const Json body = Json::parse(items.front().payload)["body"];
  CHECK(body["event"] == "approval");
  CHECK(body["stage"]["name"] == "live");
  CHECK_FALSE(body.contains("stages"));
  CHECK(run.items.size() == 1);
}

TEST_CASE("bytes that are no UTF-8 do not stop it", "[webhook]") {
  const auto notifier = notifier_from("webhook", "{url: 'https://example.com/'}");
  auto origin = StoryTeller::plain_origin();
  origin.git.message = "caf\xe9";
  StoryTeller run{*notifier, origin};
  const auto items = run.begin({"unit"});
  CHECK(Json::parse(items.front().payload)["body"]["run"]["message"] == "caf\xef\xbf\xbd");
}

TEST_CASE("CDEvents are CloudEvents in binary mode", "[cdevents]") {
  const auto sent = send("cdevents", "{url: '%', token: TOKEN}", 202);
  REQUIRE(sent.result.has_value());
  const auto& request = sent.requests.at(0);
  const Json body = Json::parse(request.body);
  CHECK(request.get_header_value("ce-specversion") == "1.0");
  CHECK(request.get_header_value("ce-type") == "dev.cdevents.pipelinerun.started.0.3.0");
  CHECK(request.get_header_value("ce-id") == body["context"]["id"]);
  CHECK(request.get_header_value("ce-source") == "/pipectl/shop");
  CHECK(request.get_header_value("ce-subject") == "20261120-155201-3f9a");
  CHECK(request.get_header_value("ce-time") == body["context"]["timestamp"]);
  CHECK(request.get_header_value("Content-Type") == "application/cdevents+json; charset=utf-8");
  CHECK(request.get_header_value("Authorization") == "Bearer t0ken");
  CHECK(body["subject"]["content"] ==
        Json{{"pipelineName", "shop"}, {"uri", "https://ci.example.com/runs/12"}});
}

TEST_CASE("a run outside of CI has a name where a URI is wanted", "[cdevents]") {
  const auto notifier = notifier_from("cdevents", "{url: 'https://example.com/'}");
  auto origin = StoryTeller::plain_origin();
  origin.url.clear();
  StoryTeller run{*notifier, origin};
  const Json event = Json::parse(run.begin({"unit"}).front().payload);
  const std::string uri = event["subject"]["content"]["uri"];
  CHECK(uri.starts_with("urn:uuid:"));
  CHECK(uri.substr(9) == event["context"]["chainId"]);
}

TEST_CASE("CDEvents tell of runs, of stages that ran, and of what was deployed", "[cdevents]") {
  const auto notifier = notifier_from("cdevents", "{url: 'https://example.com/', source: /ci/1}");
  StoryTeller run{*notifier};
  run.begin({"unit", "skipped", "deploy"});
  run.start("unit");
  run.finish("unit", Status::succeeded);
  run.finish("skipped", Status::skipped, "condition");
  run.start("deploy");
  run.finish("deploy", Status::rolled_back, "503, want 200");
  run.end(5);
  std::vector<std::string> types;
  std::set<std::string> ids;
  for (const OutboxItem& item : run.items) {
    const Json event = Json::parse(item.payload);
    types.push_back(event["context"]["type"]);
    ids.insert(event["context"]["id"].get<std::string>());
    CHECK(event["context"]["specversion"] == "0.5.1");
    check_keys(event);
    CHECK(event["context"]["source"] == "/ci/1");
    CHECK(event["context"]["chainId"].get<std::string>().size() == 36);
  }
  const std::string dev = "dev.cdevents.";
  CHECK(types ==
        std::vector<std::string>{dev + "pipelinerun.started.0.3.0", dev + "taskrun.started.0.3.0",
                                 dev + "taskrun.finished.0.3.0", dev + "taskrun.started.0.3.0",
                                 dev + "taskrun.finished.0.3.0", dev + "service.rolledback.0.3.0",
                                 dev + "pipelinerun.finished.0.3.0"});
  CHECK(ids.size() == types.size());
  const Json service = Json::parse(run.items.at(5).payload)["subject"]["content"];
  CHECK(service["environment"]["id"] == "production");
  CHECK(service["artifactId"] == "pkg:generic/shop@0123456789abcdef0123456789abcdef01234567");
  const Json over = Json::parse(run.items.back().payload)["subject"]["content"];
  CHECK(over["outcome"] == "failure");
}

TEST_CASE("CDEvents of what was cancelled, and of a run that waits", "[cdevents]") {
  const auto notifier = notifier_from("cdevents", "{url: 'https://example.com/'}");
  StoryTeller run{*notifier};
  run.begin({"unit"});
  run.start("unit");
  const auto task = run.finish("unit", Status::cancelled, "SIGINT");
  CHECK(Json::parse(task.front().payload)["subject"]["content"]["outcome"] == "cancel");
  const auto over = run.end(130);
  CHECK(Json::parse(over.front().payload)["subject"]["content"]["outcome"] == "cancel");
  StoryTeller waiting{*notifier};
  waiting.begin({"unit"});
  CHECK(waiting.end(4).empty());
}
