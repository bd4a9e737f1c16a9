#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <future>

#include "core/base/http_curl.hpp"
#include "tests/support/http_double.hpp"
#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::test;
using Catch::Matchers::ContainsSubstring;

namespace {

Result<HttpResponse> get(const std::string& url, const EnvMap& environment = {}) {
  HttpRequest request;
  request.url = url;
  return make_curl_http_client(environment)->send(request, CancelToken{});
}

/// The message of a request that must fail.
std::string failure(const HttpRequest& request, const EnvMap& environment = {}) {
  const auto result = make_curl_http_client(environment)->send(request, CancelToken{});
  REQUIRE_FALSE(result.has_value());
  return result.error().message;
}

HttpRequest request_to(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

}  // namespace

TEST_CASE("a response of any status is a response") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Get("/ok", [](const auto&, auto& answer) {
      answer.set_header("X-Seen", "yes");
      answer.set_content("hello", "text/plain");
    });
    s.Get("/down", [](const auto&, auto& answer) { answer.status = 503; });
  }};
  const auto ok = get(server.url("/ok"));
  REQUIRE(ok);
  CHECK(ok->status == 200);
  CHECK(ok->body == "hello");
  REQUIRE(ok->header("x-seen") != nullptr);
  CHECK(*ok->header("x-seen") == "yes");
  CHECK(ok->header("x-absent") == nullptr);
  CHECK(get(server.url("/down"))->status == 503);
  CHECK(get(server.url("/nowhere"))->status == 404);
}

TEST_CASE("method, headers and body arrive as given") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Post("/echo", [](const auto& request, auto& answer) {
      answer.set_content(request.body + "|" + request.get_header_value("X-Key") + "|" +
                             request.get_header_value("User-Agent"),
                         "text/plain");
    });
    s.Delete("/thing", [](const auto&, auto& answer) { answer.status = 204; });
  }};
  HttpRequest post = request_to(server.url("/echo"));
  post.method = "POST";
  post.body = std::string(100'000, 'x');
  post.headers = {{"X-Key", "k1"}};
  const auto echoed = make_curl_http_client()->send(post, CancelToken{});
  REQUIRE(echoed);
  const bool whole = echoed->body.starts_with(post.body);
  REQUIRE(whole);
  CHECK(echoed->body.substr(post.body.size()) == "|k1|pipectl/" PIPECTL_VERSION);
  HttpRequest remove = request_to(server.url("/thing"));
  remove.method = "DELETE";
  CHECK(make_curl_http_client()->send(remove, CancelToken{})->status == 204);
}

TEST_CASE("a body may be a file") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Post("/echo", [](const auto& request, auto& answer) {
      answer.set_content(request.method + " " + request.get_header_value("Content-Length") + " " +
                             request.get_header_value("Content-Type") + " " + request.body,
                         "text/plain");
    });
    s.Post("/moved", [](const auto&, auto& answer) { answer.set_redirect("/echo", 307); });
    s.Post("/away",
           [](const auto&, auto& answer) { answer.set_redirect("http://localhost:1/echo", 307); });
  }};
  const TempFolder folder;
  const std::string content(300'000, 'x');
  const auto file = folder.path() / "asset";
  std::ofstream(file) << content;
  HttpRequest post = request_to(server.url("/echo"));
  post.method = "POST";
  post.body_file = file;
  post.headers = {{"Content-Type", "application/octet-stream"}};
  post.follow_redirects = true;
  const auto client = make_curl_http_client();
  for (const auto* const path : {"/echo", "/moved"}) {
    post.url = server.url(path);
    const auto echoed = client->send(post, CancelToken{});
    REQUIRE(echoed);
    const bool whole = echoed->body == "POST 300000 application/octet-stream " + content;
    CHECK(whole);
  }
  post.url = server.url("/away");
  CHECK(client->send(post, CancelToken{})->status == 307);
  post.body_file = folder.path() / "absent";
  const auto absent = client->send(post, CancelToken{});
  REQUIRE_FALSE(absent);
  CHECK(absent.error().fault == Fault::step);
  CHECK_THAT(absent.error().message, ContainsSubstring("No such file"));
}

TEST_CASE("a header cannot smuggle another one in") {
  HttpRequest request = request_to("http://127.0.0.1:1/");
  request.headers = {{"X-Key", "a\r\nX-Evil: b"}};
  CHECK_THAT(failure(request), ContainsSubstring("line break"));
  request.headers = {{"X Key", "a"}};
  CHECK_THAT(failure(request), ContainsSubstring("no name of a header"));
  request.headers.clear();
  request.method = "GET / HTTP/1.1\r\nX:";
  CHECK_THAT(failure(request), ContainsSubstring("no HTTP method"));
}

TEST_CASE("only http and https") {
  CHECK_THAT(failure(request_to("file:///etc/passwd")),
             ContainsSubstring("neither http nor https"));
  CHECK_THAT(failure(request_to("127.0.0.1")), ContainsSubstring("is no URL"));
  CHECK_THAT(failure(request_to("")), ContainsSubstring("is no URL"));
}

TEST_CASE("nobody listens") {
  const auto result = get("http://127.0.0.1:" + std::to_string(free_port()) + "/ready");
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == Fault::infrastructure);
  CHECK_THAT(result.error().message, ContainsSubstring("Connection refused"));
}

TEST_CASE("a password in the URL is not in the message") {
  const auto port = std::to_string(free_port());
  const auto message = failure(request_to("http://me:hunter2@127.0.0.1:" + port + "/x"));
  CHECK_THAT(message, ContainsSubstring("127.0.0.1"));
  CHECK_THAT(message, !ContainsSubstring("hunter2"));
}

TEST_CASE(
    "a server that never answers, or stops in the middle of the body, runs into the timeout") {
  const char* const head = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  const TcpDouble server{[head](int socket) {
    read_request(socket);
    write_all(socket, head);
    wait_for_close(socket);
  }};
  HttpRequest request = request_to(server.url("/"));
  request.timeout = Milliseconds{50};
  CHECK_THAT(failure(request), ContainsSubstring("no whole answer within 50ms"));
}

TEST_CASE("a reset, an early end, an empty answer and garbage have their own words") {
  const TcpDouble reset{[](int socket) {
    read_request(socket);
    reset_on_close(socket);
  }};
  CHECK_THAT(failure(request_to(reset.url("/"))), ContainsSubstring("connection was reset"));
  const TcpDouble early{[](int socket) {
    read_request(socket);
    write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  }};
  CHECK_THAT(failure(request_to(early.url("/"))), ContainsSubstring("in the middle of the answer"));
  const TcpDouble empty{[](int socket) { read_request(socket); }};
  CHECK_THAT(failure(request_to(empty.url("/"))), ContainsSubstring("without an answer"));
  const TcpDouble garbage{[](int socket) {
    read_request(socket);
    write_all(socket, "SSH-2.0-OpenSSH_9.2\r\n");
  }};
  CHECK_THAT(failure(request_to(garbage.url("/"))), ContainsSubstring("no HTTP"));
}

TEST_CASE("a body is read up to the limit and not beyond") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Get("/big", [](const auto&, auto& answer) {
      answer.set_content(std::string(1'000'000, 'x'), "text/plain");
    });
  }};
  HttpRequest request = request_to(server.url("/big"));
  request.max_body = 1'000'000;
  CHECK(make_curl_http_client()->send(request, CancelToken{})->body.size() == 1'000'000);
  request.max_body = 999'999;
  CHECK_THAT(failure(request), ContainsSubstring("larger than"));
}

TEST_CASE("redirects are followed where asked for, without credentials to another origin") {
  std::string seen_key;
  std::string seen_authorization;
  const HttpDouble other{[&](httplib::Server& s) {
    s.Get("/end", [&](const auto& request, auto& answer) {
      seen_key = request.get_header_value("X-Api-Key");
      seen_authorization = request.get_header_value("Authorization");
      answer.set_content("other", "text/plain");
    });
  }};
  const HttpDouble first{[&](httplib::Server& s) {
    s.Get("/away", [&](const auto&, auto& a) { a.set_redirect(other.url("/end")); });
    s.Get("/near", [](const auto&, auto& a) { a.set_redirect("/here"); });
    s.Get("/round", [](const auto&, auto& a) { a.set_redirect("/round"); });
    s.Get("/here", [](const auto& request, auto& answer) {
      answer.set_content(request.get_header_value("X-Api-Key"), "text/plain");
    });
    s.Get("/file", [](const auto&, auto& a) { a.set_redirect("file:///etc/passwd"); });
    s.Post("/post", [&](const auto&, auto& a) { a.set_redirect(other.url("/end"), 307); });
  }};
  HttpRequest request = request_to(first.url("/away"));
  request.headers = {{"X-Api-Key", "k1"}, {"Authorization", "Bearer t"}};
  const auto client = make_curl_http_client();
  CHECK(client->send(request, CancelToken{})->status == 302);
  request.follow_redirects = true;
  CHECK(client->send(request, CancelToken{})->body == "other");
  CHECK(seen_key.empty());
  CHECK(seen_authorization.empty());
  request.url = first.url("/near");
  CHECK(client->send(request, CancelToken{})->body == "k1");
  request.url = first.url("/round");
  CHECK_THAT(failure(request), ContainsSubstring("more than 10 redirects"));
  request.url = first.url("/file");
  CHECK_THAT(failure(request), ContainsSubstring("neither http nor https"));
  request.url = first.url("/post");
  request.method = "POST";
  request.body = "secret";
  CHECK(client->send(request, CancelToken{})->status == 307);
}

TEST_CASE("TLS is trusted through a named CA, and not without") {
  const TempFolder folder;
  const PrivateCa ca;
  ca.write_ca(folder / "ca.pem");
  const HttpDouble server{[](httplib::Server& s) {
                            s.Get("/", [](const auto&, auto& a) { a.set_content("tls", "t/t"); });
                          },
                          &ca};
  CHECK(get(server.url("/"), {{"SSL_CERT_FILE", folder / "ca.pem"}})->body == "tls");
  CHECK(get(server.url("/"), {{"CURL_CA_BUNDLE", folder / "ca.pem"}})->body == "tls");
  const auto untrusted = get(server.url("/"));
  REQUIRE_FALSE(untrusted);
  CHECK_THAT(untrusted.error().message, ContainsSubstring("not trusted"));
  CHECK_THAT(untrusted.error().hint, ContainsSubstring("SSL_CERT_FILE"));
  const EnvMap trusting{{"SSL_CERT_FILE", folder / "ca.pem"}};
  CHECK_THAT(failure(request_to(server.url("/", "localhost")), trusting),
             ContainsSubstring("not trusted"));
  CHECK_THAT(failure(request_to(server.url("/")), {{"SSL_CERT_FILE", folder / "absent.pem"}}),
             ContainsSubstring("CA certificates"));
}

TEST_CASE("a cancellation ends a request in its middle") {
  std::promise<void> asked;
  const TcpDouble server{[&](int socket) {
    read_request(socket);
    asked.set_value();
    wait_for_close(socket);
  }};
  CancelSource source;
  HttpRequest request = request_to(server.url("/"));
  request.timeout = std::chrono::hours{1};
  auto result = std::async(std::launch::async,
                           [&] { return make_curl_http_client()->send(request, source.token()); });
  asked.get_future().wait();
  source.cancel(CancelReason::user);
  const auto ended = result.get();
  REQUIRE_FALSE(ended);
  CHECK(ended.error().fault == Fault::cancelled);
}

TEST_CASE("one client serves many threads") {
  const HttpDouble server{[](httplib::Server& s) {
    s.Get("/", [](const auto&, auto& answer) { answer.set_content("ok", "text/plain"); });
  }};
  const auto client = make_curl_http_client();
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 8; ++i)
    answers.push_back(std::async(std::launch::async, [&] {
      return client->send(request_to(server.url("/")), CancelToken{}).value().body;
    }));
  for (auto& answer : answers) CHECK(answer.get() == "ok");
}
