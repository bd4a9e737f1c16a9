// What every notifier must hold to, whoever wrote it. The registry is asked, so that a newcomer is
// tested by its registration alone.
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/app.hpp"
#include "tests/support/notify_bench.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using namespace pipectl::test;
using nlohmann::json;

namespace {

const std::vector<std::string> any_settings{
    "text", "17", "true", "[]", "[a, {b: c}]", "{}", "{a: b}", "[[a]]", "''", "'${{ nope }}'", "~"};

struct Parsed {
  StageBench bench;
  std::unique_ptr<Notifier> notifier;
  [[nodiscard]] bool complains_of_unknown(std::string_view key) const {
    for (const Diagnostic& diagnostic : bench.diagnostics.all())
      if (diagnostic.message == "unknown key '" + std::string{key} + "'") return true;
    return false;
  }
};

std::unique_ptr<Parsed> parse(const NotifierKind& kind, const std::string& yaml) {
  auto parsed = std::make_unique<Parsed>();
  Pipeline pipeline;
  pipeline.secrets.emplace_back();
  pipeline.secrets.back().name = "TOKEN";
  auto& diagnostics = parsed->bench.diagnostics;
  yaml::Reader reader{parsed->bench.node(yaml), "notifier", diagnostics};
  parsed->notifier = kind.parse(reader, {pipeline, diagnostics});
  reader.finish();
  return parsed;
}

/// The least that makes each notifier whole. A new one needs its line here.
const std::map<std::string_view, std::string> least{
    {"github",
     "{token: TOKEN, repository: team/shop, statuses: stages, checks: true, comment: true, "
     "deployments: true, issues: true, dispatch: {event_type: x, on: [start, failure]}}"},
    {"slack",
     "{token: TOKEN, channel: '#c', on: [start, failure, success, recovery, approval, alert]}"},
    {"webhook", "{url: 'http://127.0.0.1:1/', secret: TOKEN, on: [start, failure, alert]}"},
    {"cdevents", "{url: 'http://127.0.0.1:1/', token: TOKEN}"}};

std::vector<OutboxItem> told_of_a_run(const Notifier& notifier) {
  auto origin = StoryTeller::plain_origin();
  origin.event.number = 7;
  origin.before = RunOrigin::Before::failed;
  StoryTeller run{notifier, origin};
  run.begin({"unit", "deploy", "live"});
  run.start("unit");
  run.finish("unit", Status::failed, std::string("bytes \xff and \x1b[31m colours"));
  run.start("deploy");
  run.tell(event::DeployStep{"deploy", "apply", "app:1", true});
  run.finish("deploy", Status::rolled_back, "503, want 200");
  run.finish("live", Status::waiting, "production wants an approval");
  run.tell(event::Warning{"look here"});
  run.finish("a stage that nobody announced", Status::failed);
  run.end(1);
  return run.items;
}

/// There is no service.
class NoService final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request, const CancelToken&) override {
    requests.push_back(request);
    return fail(Fault::infrastructure, "connection refused");
  }
  std::vector<HttpRequest> requests;
};

/// A service that answers everything with this status.
class Answering final : public HttpClient {
 public:
  explicit Answering(int status) : status_(status) {}
  Result<HttpResponse> send(const HttpRequest&, const CancelToken&) override {
    return HttpResponse{status_, {}, "<html>"};
  }

 private:
  int status_;
};

Attempt<> deliver(const Notifier& notifier, const OutboxItem& item, HttpClient& http) {
  const FixedClock clock;
  PlainMemory memory;
  const EnvMap host{{"GITHUB_API_URL", "http://127.0.0.1:1"}};
  EnvMap secrets;
  for (const auto& name : notifier.secrets()) secrets[name] = "s3cr3t-of-the-test";
  Delivery delivery{http, clock, {}, host, secrets, memory};
  return notifier.deliver(item, delivery);
}

}  // namespace

TEST_CASE("every notifier tells what it is, once", "[notifier]") {
  const Registry registry = cli::make_registry();
  REQUIRE(registry.notifiers().size() >= 4);
  std::set<std::string_view> names;
  for (const auto& kind : registry.notifiers()) {
    CAPTURE(kind->name());
    CHECK(names.insert(kind->name()).second);
    CHECK(registry.notifier(kind->name()) == kind.get());
    CHECK_FALSE(kind->summary().empty());
    CHECK_FALSE(kind->summary().ends_with('.'));
    CHECK(least.contains(kind->name()));
    std::set<std::string_view> keys;
    for (const KeyDoc& key : kind->keys()) {
      CHECK(keys.insert(key.name).second);
      CHECK(json::accept(key.type));
      CHECK_FALSE(key.summary.empty());
      CHECK_FALSE(key.summary.ends_with('.'));
    }
  }
}

TEST_CASE("every notifier knows each of its keys, with whatever value, and no other",
          "[notifier]") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.notifiers()) {
    CHECK(parse(*kind, "{x-unknown: 1}")->complains_of_unknown("x-unknown"));
    for (const KeyDoc& key : kind->keys())
      for (const std::string& value : any_settings) {
        CAPTURE(kind->name(), key.name, value);
        const auto parsed = parse(*kind, "{" + std::string{key.name} + ": " + value + "}");
        CHECK((parsed->notifier != nullptr || parsed->bench.diagnostics.has_errors()));
        CHECK_FALSE(parsed->complains_of_unknown(key.name));
      }
  }
}

TEST_CASE("every notifier's items are JSON, the same for the same events, each with a key",
          "[notifier]") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.notifiers()) {
    CAPTURE(kind->name());
    const auto parsed = parse(*kind, least.at(kind->name()));
    REQUIRE(parsed->notifier != nullptr);
    const auto items = told_of_a_run(*parsed->notifier);
    const auto again = told_of_a_run(*parsed->notifier);
    CHECK(items.size() >= 3);
    REQUIRE(items.size() == again.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      CHECK(items[i].payload == again[i].payload);
      CHECK(items[i].key == again[i].key);
      CHECK_FALSE(items[i].key.empty());
      CHECK(json::accept(items[i].payload));
    }
  }
}

TEST_CASE("output and progress of stages call for nothing", "[notifier]") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.notifiers()) {
    const auto parsed = parse(*kind, least.at(kind->name()));
    StoryTeller run{*parsed->notifier};
    run.begin({"unit"});
    CHECK(run.tell(event::StageOutput{"unit", Stream::out, "text"}).empty());
    CHECK(run.tell(event::StageNote{"unit", "text"}).empty());
    CHECK(run.tell(event::StageQueued{"unit"}).empty());
  }
}

TEST_CASE("without a service every item is worth another try, and no secret is in what is said",
          "[notifier]") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.notifiers()) {
    const auto parsed = parse(*kind, least.at(kind->name()));
    for (const OutboxItem& item : told_of_a_run(*parsed->notifier)) {
      CAPTURE(kind->name(), item.key);
      NoService none;
      const auto refused = deliver(*parsed->notifier, item, none);
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().retry == Refusal::Retry::later);
      CHECK(refused.error().error.message.find("s3cr3t") == std::string::npos);
      REQUIRE_FALSE(none.requests.empty());
      CHECK(none.requests.front().body.find("s3cr3t") == std::string::npos);
      CHECK(none.requests.front().url.find("s3cr3t") == std::string::npos);
      CHECK(none.requests.front().timeout <= Milliseconds{30'000});
    }
  }
}

TEST_CASE("5xx is worth another try, 4xx is not; what cannot be read is dropped", "[notifier]") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.notifiers()) {
    CAPTURE(kind->name());
    const auto parsed = parse(*kind, least.at(kind->name()));
    const auto item = told_of_a_run(*parsed->notifier).front();
    Answering down{503};
    CHECK(deliver(*parsed->notifier, item, down).error().retry == Refusal::Retry::later);
    Answering refusing{400};
    CHECK(deliver(*parsed->notifier, item, refusing).error().retry == Refusal::Retry::never);
    for (const auto* const payload : {"", "no JSON", "[]", "17", "\xff"}) {
      NoService none;
      const auto broken = deliver(*parsed->notifier, {"k", "", payload}, none);
      REQUIRE_FALSE(broken.has_value());
      CHECK(broken.error().retry == Refusal::Retry::never);
    }
  }
}
