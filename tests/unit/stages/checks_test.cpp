#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>

#include "stages/checks/json_expectation.hpp"
#include "stages/checks/status_set.hpp"
#include "tests/support/http_double.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using namespace pipectl::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A verify stage of one check that gets one try.
std::string once(const std::string& check) {
  return "{kind: verify, checks: [{" + check + ", within: 0s}]}";
}

std::string reason_of(StageBench& bench, const std::string& check) {
  const auto outcome = bench.run(once(check));
  CHECK(outcome.status == Status::failed);
  return outcome.reason;
}

/// What it looks at cannot be asked.
class Unreachable final : public HealthCheck {
 public:
  [[nodiscard]] std::string describe(const expr::Scope&) const override { return "cluster"; }
  Result<std::string> probe(StageContext&, SteadyTime, const CancelToken&) const override {
    return fail(Fault::infrastructure, "no connection", "is it there?");
  }
};

class UnreachableKind final : public HealthCheckKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "cluster"; }
  [[nodiscard]] std::string_view summary() const noexcept override { return "-"; }
  [[nodiscard]] std::vector<KeyDoc> keys() const override { return {{"cluster", "{}", "-"}}; }
  [[nodiscard]] std::unique_ptr<HealthCheck> parse(yaml::Reader& reader,
                                                   const ParseContext&) const override {
    (void)reader.node("cluster");
    return std::make_unique<Unreachable>();
  }
};

}  // namespace

TEST_CASE("statuses are numbers, ranges, and lists of both") {
  using stages::StatusSet;
  CHECK(StatusSet{}.contains(200));
  CHECK_FALSE(StatusSet{}.contains(204));
  const auto set = StatusSet::parse({"200-299", "304"});
  REQUIRE(set);
  CHECK(set->contains(299));
  CHECK(set->contains(304));
  CHECK_FALSE(set->contains(300));
  CHECK(set->text() == "200-299 or 304");
  for (const char* bad : {"", "ok", "20", "600", "299-200", "200-", "-200", "200-299-300", "2e2"})
    CHECK_FALSE(StatusSet::parse({bad}));
  CHECK_FALSE(StatusSet::parse({}));
}

TEST_CASE("values in JSON are found by pointer and by dotted path") {
  const std::string body =
      R"({"status":"ready","n":1,"f":1.0,"up":true,"no":null,"checks":[{"ok":false}],"a.b":"x"})";
  using stages::expect_json;
  CHECK(expect_json(body, "status", "ready"));
  CHECK(expect_json(body, "/status", "ready"));
  CHECK(expect_json(body, "checks.0.ok", "false"));
  CHECK(expect_json(body, "/checks/0/ok", "false"));
  CHECK(expect_json(body, "/a.b", "x"));
  CHECK(expect_json(body, "n", "1.0"));
  CHECK(expect_json(body, "f", "1"));
  CHECK(expect_json(body, "no", "null"));
  CHECK(expect_json(body, "status", "starting").error().message ==
        "'status' is \"ready\", want starting");
  CHECK(expect_json(body, "up", "yes").error().message == "'up' is true, want yes");
  CHECK(expect_json(body, "gone", "1").error().message == "no 'gone' in the JSON, want 1");
  CHECK(expect_json(body, "checks.7.ok", "1").error().message ==
        "no 'checks.7.ok' in the JSON, want 1");
  CHECK(expect_json("<html>", "a", "b").error().message == "the answer is no JSON");
  CHECK(expect_json("", "a", "b").error().message == "the answer is no JSON");
  CHECK_FALSE(expect_json(body, "/bad~3", "1"));
  CHECK_FALSE(expect_json(body, "checks.x.ok", "1"));
}

TEST_CASE("http: status, JSON, text, headers, and templates in all of them") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Get("/health", [](const auto& request, auto& answer) {
      answer.status = request.get_header_value("X-Node") == "18" ? 200 : 400;
      answer.set_content(R"({"status":"ready","node":18})", "application/json");
    });
    s.Get("/moved", [](const auto&, auto& answer) { answer.set_redirect("/health"); });
  }};
  StageBench bench;
  bench.scope.values["matrix.node"] = std::string{"18"};
  bench.scope.values["env.LEVEL"] = server.url("");
  const std::string url = "http: '" + server.url("/health") + "'";
  const std::string header = ", headers: {X-Node: '${{ matrix.node }}'}";
  CHECK(bench.run(once(url + header)).summary == "1 healthy");
  CHECK(bench.run(once("http: '${{ env.LEVEL }}/health'" + header)).status == Status::succeeded);
  CHECK(bench.run(once(url + header + ", json: {status: ready, node: '${{ matrix.node }}'}"))
            .status == Status::succeeded);
  CHECK(bench.run(once(url + header + ", contains: '\"ready\"'")).status == Status::succeeded);
  CHECK(bench.run(once(url + ", status: [404, 400-403]")).status == Status::succeeded);
  CHECK_THAT(reason_of(bench, url), ContainsSubstring(": 400, want 200"));
  CHECK_THAT(reason_of(bench, url + ", status: [200-299]"), ContainsSubstring("want 200-299"));
  CHECK_THAT(reason_of(bench, url + header + ", json: {status: up}"),
             ContainsSubstring("'status' is \"ready\", want up"));
  CHECK_THAT(reason_of(bench, url + header + ", contains: 'starting'"),
             ContainsSubstring("does not contain 'starting'"));
  CHECK_THAT(reason_of(bench, "http: '" + server.url("/moved") + "'"),
             ContainsSubstring("302, want 200"));
}

TEST_CASE("http: a server that cannot be reached is no failure of the infrastructure") {
  StageBench bench;
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + "/";
  const auto reason = reason_of(bench, "http: '" + url + "'");
  CHECK(reason == "health " + url + ": no connection (Connection refused) (tried once)");
  bench.scope.values["matrix.node"] = std::string{"nonsense"};
  CHECK_THAT(reason_of(bench, "http: '${{ matrix.node }}'"), ContainsSubstring("is no URL"));
}

TEST_CASE("http: a server that hangs costs no more than the timeout of a try") {
  const TcpDouble server{[](int socket) { wait_for_close(socket); }};
  StageBench bench;
  CHECK_THAT(reason_of(bench, "http: '" + server.url("/") + "', timeout: 30ms"),
             ContainsSubstring("no whole answer within 30ms"));
}

TEST_CASE("tcp: a port accepts connections or does not") {
  const TcpDouble server{[](int socket) { wait_for_close(socket); }};
  StageBench bench;
  const std::string port = std::to_string(server.port());
  CHECK(bench.run(once("tcp: " + port)).status == Status::succeeded);
  CHECK(bench.run(once("tcp: '127.0.0.1:" + port + "'")).status == Status::succeeded);
  CHECK(bench.run(once("tcp: 'localhost:" + port + "'")).status == Status::succeeded);
  bench.scope.values["matrix.node"] = port;
  CHECK(bench.run(once("tcp: '${{ matrix.node }}'")).status == Status::succeeded);
  const std::string closed = std::to_string(free_port());
  CHECK(reason_of(bench, "tcp: " + closed) ==
        "health tcp " + closed + ": Connection refused (tried once)");
  CHECK_THAT(reason_of(bench, "tcp: '[::1]:" + closed + "'"), ContainsSubstring("tcp [::1]:"));
  CHECK_THAT(reason_of(bench, "tcp: 'no-such-host.invalid:80'"),
             ContainsSubstring("cannot be resolved"));
  bench.scope.values["matrix.node"] = std::string{"99999"};
  CHECK_THAT(reason_of(bench, "tcp: '${{ matrix.node }}'"),
             ContainsSubstring("'99999' is no port"));
}

TEST_CASE("command: exit code 0 is healthy; the last line is the reason") {
  StageBench bench;
  bench.env["WORD"] = "cold";
  CHECK(bench.run(once("command: ['true']")).status == Status::succeeded);
  CHECK(bench.run(once("command: 'test $WORD = cold'")).status == Status::succeeded);
  CHECK(reason_of(bench, "command: 'echo one; echo still $WORD; exit 3'") ==
        "health command echo one; echo still $WORD; exit 3: exit code 3, want 0: still cold "
        "(tried once)");
  CHECK_THAT(reason_of(bench, "command: [sh, -c, 'sleep infinity'], timeout: 30ms"),
             ContainsSubstring("timed out after"));
  CHECK_THAT(reason_of(bench, "command: [no-such-program-anywhere]"),
             ContainsSubstring("no-such-program-anywhere"));
  CHECK(bench.emit.output.empty());
}

TEST_CASE("command: a secret in what it says is redacted, arguments are no shell text") {
  StageBench bench;
  REQUIRE(bench.redactor.add("TOKEN", "hunter2hunter2"));
  CHECK_THAT(reason_of(bench, "command: [sh, -c, 'echo hunter2hunter2; false']"),
             ContainsSubstring("want 0: ***"));
  bench.scope.values["git.branch"] = std::string{"$(touch pwned); touch pwned"};
  CHECK(bench.run(once("command: [echo, '${{ git.branch }}']")).status == Status::succeeded);
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "pwned"));
  CHECK(bench.parse(once("command: 'echo ${{ git.branch }}'")) == nullptr);
  CHECK_THAT(bench.problems(), ContainsSubstring("PIPECTL_GIT_BRANCH"));
}

TEST_CASE("a check is tried until it is healthy") {
  std::atomic<int> asked{0};
  const HttpDouble server{[&](httplib::Server& s) {
    s.Get("/", [&](const auto&, auto& answer) { answer.status = ++asked < 3 ? 503 : 200; });
  }};
  StageBench bench;
  const auto outcome = bench.run("{kind: verify, checks: [{http: '" + server.url("/") +
                                 "', within: 1h, interval: 1ms}]}");
  CHECK(outcome.status == Status::succeeded);
  CHECK(asked == 3);
  REQUIRE(bench.emit.notes.size() == 2);
  CHECK_THAT(bench.emit.notes[0], ContainsSubstring("not yet healthy"));
  CHECK_THAT(bench.emit.notes[1], ContainsSubstring("(try 3)"));
}

TEST_CASE("patience ends with `within`, and with the stage's timeout") {
  StageBench bench;
  auto outcome =
      bench.run("{kind: verify, checks: [{command: ['false'], within: 50ms, interval: 1ms}]}");
  CHECK(outcome.status == Status::failed);
  CHECK_THAT(outcome.reason, ContainsSubstring("in 50ms)"));
  outcome = bench.run_limited("{kind: verify, checks: [{command: ['false'], interval: 1ms}]}",
                              Milliseconds{50});
  CHECK(outcome.status == Status::timed_out);
  CHECK_THAT(outcome.reason, ContainsSubstring("timed out waiting for health command false"));
}

TEST_CASE("what cannot be asked is no failed check, and keeps its hint") {
  StageBench bench;
  bench.registry.add(std::make_unique<UnreachableKind>());
  auto outcome =
      bench.run("{kind: verify, tiers: {data: [{cluster: x, within: 50ms, interval: 1ms}]}}");
  CHECK(outcome.status == Status::infra);
  CHECK_THAT(outcome.reason, ContainsSubstring("tier 'data': health cluster: no connection"));
  CHECK(outcome.hint == "is it there?");
  REQUIRE_FALSE(bench.emit.notes.empty());
  CHECK(bench.emit.notes[0] == "cannot be asked: cluster: no connection");
  outcome =
      bench.run_limited("{kind: verify, checks: [{cluster: x, interval: 1ms}]}", Milliseconds{50});
  CHECK(outcome.status == Status::infra);
  CHECK_THAT(outcome.reason, ContainsSubstring("timed out waiting for health cluster"));
}

TEST_CASE("waiting ends at once when it is cancelled") {
  StageBench bench;
  bench.emit.on_note = [&](const std::string&) { bench.cancel.cancel(CancelReason::user); };
  const auto outcome = bench.run(
      "{kind: verify, checks: [{command: ['false'], within: 2h, interval: 1h}, {command: [touch, "
      "second]}]}");
  CHECK(outcome.status == Status::cancelled);
  CHECK(outcome.reason == "interrupted while waiting for health command false");
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "second"));
}

TEST_CASE("the first check that fails ends a verify, tiers in order, commands last") {
  StageBench bench;
  auto outcome = bench.run(
      "{kind: verify, tiers: {data: [{command: [touch, one]}], app: [{command: ['false'], within: "
      "0s}], edge: [{command: [touch, three]}]}, run: touch four}");
  CHECK(outcome.reason == "tier 'app': health command false: exit code 1, want 0 (tried once)");
  CHECK(std::filesystem::exists(bench.workspace / "one"));
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "three"));
  CHECK_FALSE(std::filesystem::exists(bench.workspace / "four"));
  outcome = bench.run("{kind: verify, checks: [{command: ['true']}], run: exit 2}");
  CHECK(outcome.reason == "exit code 2");
}

TEST_CASE("checks are checked when the file is loaded") {
  struct Bad {
    const char* yaml;
    const char* message;
  };
  const auto [yaml, message] = GENERATE(
      Bad{"{}", "does not say what to check"}, Bad{"{htp: x}", "unknown check 'htp'"},
      Bad{"{http: x, tcp: 1}", "both `http` and `tcp`"}, Bad{"{http: }", "needs a URL"},
      Bad{"{http: ''}", "'' is no URL"}, Bad{"{http: 'app:80/health'}", "is no URL"},
      Bad{"{http: x, status: ok}", "no HTTP status"},
      Bad{"{http: x, status: 99}", "no HTTP status"}, Bad{"{http: x, method: FETCH}", "method"},
      Bad{"{http: x, json: [a]}", "must be a mapping"},
      Bad{"{http: x, json: {a: [b]}}", "a text or a number"},
      Bad{"{http: x, insecure: true}", "insecure"}, Bad{"{http: 'x${{ nope }}'}", "nope"},
      Bad{"{tcp: 0}", "is no port"}, Bad{"{tcp: 'a:b'}", "is no port"},
      Bad{"{tcp: '::1:80'}", "is no port"}, Bad{"{tcp: ':80'}", "is no port"},
      Bad{"{tcp: 1, within: soon}", "within"},
      Bad{"{tcp: 1, interval: 0s}", "`interval` must be more"},
      Bad{"{tcp: 1, withn: 1s}", "'within'"}, Bad{"{command: []}", "needs a command"},
      Bad{"{prometheus: x}", "not built"}, Bad{"just text", "mapping"});
  StageBench bench;
  CAPTURE(yaml);
  bench.parse("{kind: verify, checks: [" + std::string{yaml} + "]}");
  CHECK(bench.diagnostics.has_errors());
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}

TEST_CASE("a plan shows what it does not know yet as it is written") {
  StageBench bench;
  const auto runner = bench.parse(
      "{kind: verify, checks: [{http: 'http://app/${{ git.tag }}'}, {tcp: '${{ matrix.node }}'}]}");
  REQUIRE(runner != nullptr);
  bench.scope.values["matrix.node"] = std::string{"18"};
  CHECK(runner->preview(bench.scope) ==
        std::vector<std::string>{"health http://app/${{ git.tag }} (within 30.0s)",
                                 "health tcp 18 (within 30.0s)"});
}

TEST_CASE("a verify without anything to verify is refused") {
  struct Bad {
    const char* yaml;
    const char* message;
  };
  const auto [yaml, message] =
      GENERATE(Bad{"{kind: verify}", "verifies nothing"},
               Bad{"{kind: verify, checks: []}", "list of checks"},
               Bad{"{kind: verify, tiers: {}}", "`tiers`"},
               Bad{"{kind: verify, tiers: [{tcp: 1}]}", "`tiers`"},
               Bad{"{kind: verify, tiers: {a: []}}", "tier 'a'"},
               Bad{"{kind: verify, checks: [{tcp: 1}], tiers: {a: [{tcp: 1}]}}", "both"});
  StageBench bench;
  CAPTURE(yaml);
  bench.parse(yaml);
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}
