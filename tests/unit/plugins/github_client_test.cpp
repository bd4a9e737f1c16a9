#include <catch2/catch_test_macros.hpp>

#include "core/base/http_curl.hpp"
#include "plugins/github/client.hpp"
#include "plugins/github/repository.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/http_double.hpp"

using namespace pipectl;
using namespace pipectl::test;
using namespace std::chrono_literals;

namespace {

using Answering = std::function<void(const httplib::Request&, httplib::Response&)>;

/// One call of a client to a server that answers as told.
struct Exchange {
  httplib::Request seen;
  Attempt<github::Answer> result;
};

Exchange exchange(const github::Call& call, const Answering& answering) {
  httplib::Request seen;
  const HttpDouble server{[&](httplib::Server& s) {
    const auto handler = [&](const auto& request, auto& answer) {
      seen = request;
      answering(request, answer);
    };
    s.Get(".*", handler).Post(".*", handler).Patch(".*", handler).Delete(".*", handler);
  }};
  const auto http = make_curl_http_client({});
  const FixedClock clock;
  const github::Client client{*http, {server.url(""), "t0ken-of-test"}, clock, {}};
  auto result = client.send(call);
  return {std::move(seen), std::move(result)};
}

github::Call post(std::string path) {
  github::Call call;
  call.method = "POST";
  call.path = std::move(path);
  call.body = R"({"state":"success"})";
  return call;
}

Refusal refusal(int status, const std::string& body,
                const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  auto done = exchange(post("/repos/o/r/issues"), [&](const auto&, auto& answer) {
    answer.status = status;
    for (const auto& [name, value] : headers) answer.set_header(name, value);
    answer.set_content(body, "application/json");
  });
  REQUIRE_FALSE(done.result.has_value());
  return done.result.error();
}

}  // namespace

TEST_CASE("a call carries what GitHub asks for") {
  const auto done = exchange(post("/repos/o/r/statuses/abc"), [](const auto&, auto& answer) {
    answer.status = 201;
    answer.set_content(R"({"id":7})", "application/json");
  });
  REQUIRE(done.result.has_value());
  CHECK(done.result->status == 201);
  CHECK(done.result->body == R"({"id":7})");
  CHECK(done.seen.method == "POST");
  CHECK(done.seen.path == "/repos/o/r/statuses/abc");
  CHECK(done.seen.body == R"({"state":"success"})");
  CHECK(done.seen.get_header_value("Authorization") == "Bearer t0ken-of-test");
  CHECK(done.seen.get_header_value("X-GitHub-Api-Version") == "2022-11-28");
  CHECK(done.seen.get_header_value("Content-Type") == "application/json");
  CHECK(done.seen.get_header_value("Accept").starts_with("application/vnd.github+json"));
}

TEST_CASE("lists have a next page") {
  github::Call call;
  call.path = "/repos/o/r/releases";
  const auto done = exchange(call, [](const auto&, auto& answer) {
    answer.set_header("Link",
                      "<https://x/y?page=2>; rel=\"next\", <https://x/y?page=9>; rel=\"last\"");
    answer.set_content("[]", "application/json");
  });
  REQUIRE(done.result.has_value());
  CHECK(done.result->next == "https://x/y?page=2");
}

TEST_CASE("what GitHub found wrong is in the message, and is not tried again") {
  const auto why = refusal(422, R"({"message":"Validation Failed","errors":[
    {"resource":"Release","code":"already_exists","field":"tag_name"},{"message":"and more"}]})");
  CHECK(
      why.error.message ==
      "github: POST /repos/o/r/issues: 422: Validation Failed; tag_name already_exists; and more");
  CHECK(why.retry == Refusal::Retry::never);
  CHECK(why.status == 422);
  CHECK(refusal(404, "{}").error.hint.find("repository") != std::string::npos);
  CHECK(refusal(401, R"({"message":"Bad credentials"})").retry == Refusal::Retry::never);
}

TEST_CASE("limits are waited for as long as GitHub says") {
  CHECK(refusal(429, "{}", {{"Retry-After", "17"}}).wait == 17s);
  const auto secondary = refusal(403, R"({"message":"You have exceeded a secondary rate limit"})");
  CHECK(secondary.retry == Refusal::Retry::later);
  CHECK(secondary.wait == 60s);
  const auto primary = refusal(
      403, R"({"message":"API rate limit exceeded"})",
      {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", std::to_string(1'795'000'000 + 90)}});
  CHECK(primary.wait == 90s);
  CHECK(refusal(403, R"({"message":"limit"})",
                {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1"}})
            .wait == 1s);
  const auto forbidden = refusal(403, R"({"message":"Resource not accessible by integration"})",
                                 {{"x-ratelimit-remaining", "12"}, {"x-ratelimit-reset", "1"}});
  CHECK(forbidden.retry == Refusal::Retry::never);
  CHECK_FALSE(forbidden.wait.has_value());
}

TEST_CASE("what may pass is tried again: 502, a page instead of JSON, a reset") {
  const auto bad = refusal(502, "<html>Bad gateway</html>");
  CHECK(bad.retry == Refusal::Retry::later);
  CHECK(bad.error.message == "github: POST /repos/o/r/issues: 502");
  const TcpDouble resetting{[](int socket) {
    read_request(socket);
    reset_on_close(socket);
  }};
  const auto http = make_curl_http_client({});
  const FixedClock clock;
  const github::Client client{*http, {resetting.url(""), "t0ken-of-test"}, clock, {}};
  const auto reset = client.get("/user");
  REQUIRE_FALSE(reset.has_value());
  CHECK(reset.error().retry == Refusal::Retry::later);
  CHECK(reset.error().status == 0);
  CHECK(reset.error().error.message.find("t0ken") == std::string::npos);
}

TEST_CASE("a server that hangs is left after the time for one call") {
  const TcpDouble hanging{[](int socket) { wait_for_close(socket); }};
  const auto http = make_curl_http_client({});
  const FixedClock clock;
  const github::Client client{*http, {hanging.url(""), "t"}, clock, {}};
  github::Call call = post("/repos/o/r/issues");
  call.timeout = 50ms;
  const auto result = client.send(call);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().retry == Refusal::Retry::later);
}

TEST_CASE("the token goes to GitHub alone") {
  std::string stolen = "nothing came";
  const HttpDouble thief{[&](httplib::Server& s) {
    s.Get(".*", [&](const auto& request, auto& answer) {
      stolen = request.get_header_value("Authorization");
      answer.set_content("{}", "application/json");
    });
  }};
  github::Call call;
  call.path = "/repos/o/r";
  const auto followed = exchange(call, [&](const auto&, auto& answer) {
    answer.set_redirect(thief.url("/caught", "localhost"));
  });
  CHECK(stolen.empty());
  CHECK(followed.seen.get_header_value("Authorization") == "Bearer t0ken-of-test");
  call.path = thief.url("/asked");
  const auto asked = exchange(call, [](const auto&, auto&) {});
  REQUIRE_FALSE(asked.result.has_value());
  CHECK(asked.result.error().retry == Refusal::Retry::never);
  CHECK(asked.result.error().error.message.find("is not GitHub's") != std::string::npos);
}

TEST_CASE("segments of a path are encoded") {
  CHECK(github::encoded("feature/a b#ü") == "feature%2Fa%20b%23%C3%BC");
  CHECK(github::api_url({{"GITHUB_API_URL", "https://ghe.example.com/api/v3/"}}, "") ==
        "https://ghe.example.com/api/v3");
  CHECK(github::api_url({}, "") == "https://api.github.com");
}
