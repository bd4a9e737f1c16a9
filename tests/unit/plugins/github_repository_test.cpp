#include "github_sending.hpp"
#include "plugins/github/repository.hpp"

using namespace pipectl;
using namespace pipectl::test;

TEST_CASE("the repository is that of the remote, on the server of the API", "[github]") {
  const std::string api = "https://api.github.com";
  CHECK(github::repository_of("https://github.com/team/shop.git", api) == "team/shop");
  CHECK(github::repository_of("https://github.com/team/shop/", api) == "team/shop");
  CHECK(github::repository_of("git@github.com:team/shop.git", api) == "team/shop");
  CHECK(github::repository_of("ssh://git@github.com:22/team/shop.git", api) == "team/shop");
  CHECK(github::repository_of("https://gitlab.com/team/shop.git", api).empty());
  CHECK(github::repository_of("https://github.com/team/shop/more", api).empty());
  CHECK(github::repository_of("/srv/git/shop.git", api).empty());
  CHECK(github::repository_of("", api).empty());
  const std::string enterprise = "https://ghe.example.com/api/v3";
  CHECK(github::repository_of("git@ghe.example.com:team/shop.git", enterprise) == "team/shop");
  CHECK(github::repository_of("https://github.com/team/shop.git", enterprise).empty());
  GitInfo git;
  git.remote = "https://github.com/fork/shop.git";
  CHECK(github::repository_for("", {{"GITHUB_REPOSITORY", "team/shop"}}, git) == "team/shop");
  CHECK(github::repository_for("a/b", {{"GITHUB_REPOSITORY", "team/shop"}}, git) == "a/b");
  CHECK(github::repository_for("", {}, git) == "fork/shop");
}

TEST_CASE("a company's own place at ghe.com has an API of its own", "[github]") {
  const std::string api = "https://api.octo-corp.ghe.com";
  for (const std::string remote :
       {"https://octo-corp.ghe.com/team/shop.git", "octo-corp@octo-corp.ghe.com:team/shop.git",
        "ssh://octo-corp@octo-corp.ghe.com/team/shop"}) {
    CHECK(github::api_url({}, remote) == api);
    CHECK(github::repository_of(remote, api) == "team/shop");
    CHECK(github::residence_of(remote) == "https://octo-corp.ghe.com/");
    GitInfo git;
    git.remote = remote;
    CHECK(github::repository_for("", {}, git) == "team/shop");
  }
  CHECK(github::web_url(api) == "https://octo-corp.ghe.com");
  CHECK(github::web_url("https://ghe.example.com/api/v3") == "https://ghe.example.com");
  CHECK(github::web_url("https://api.github.com") == "https://github.com");
  const EnvMap set{{"GITHUB_API_URL", "https://ghe.example.com/api/v3"}};
  CHECK(github::api_url(set, "https://octo-corp.ghe.com/a/b") == "https://ghe.example.com/api/v3");
  for (const std::string other : {"https://ghe.com/a/b", "https://evil.com/.ghe.com/a",
                                  "https://a.b.ghe.com/a/b", "https://a_b.ghe.com/a/b", ""}) {
    CHECK(github::api_url({}, other) == "https://api.github.com");
    CHECK(github::residence_of(other).empty());
  }
}

TEST_CASE("what is said of a repository at ghe.com goes there", "[github]") {
  const auto notifier = notifier_from("github", "{token: TOKEN}");
  auto origin = StoryTeller::plain_origin();
  origin.git.remote = "https://octo-corp.ghe.com/team/shop.git";
  StoryTeller run{*notifier, origin};
  const auto item = run.begin({"unit"}).front();
  class Asked final : public HttpClient {
   public:
    Result<HttpResponse> send(const HttpRequest& request, const CancelToken&) override {
      url = request.url;
      return HttpResponse{201, {}, "{}"};
    }
    std::string url;
  } http;
  const FixedClock clock;
  PlainMemory memory;
  const EnvMap none;
  const EnvMap secrets{{"TOKEN", "t0ken"}};
  Delivery delivery{http, clock, {}, none, secrets, memory};
  CHECK(notifier->deliver(item, delivery).has_value());
  CHECK(http.url.starts_with("https://api.octo-corp.ghe.com/repos/"));
}
