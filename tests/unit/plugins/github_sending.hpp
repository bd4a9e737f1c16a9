#pragma once

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "core/base/http_curl.hpp"
#include "tests/support/github_double.hpp"
#include "tests/support/notify_bench.hpp"

namespace pipectl::test {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// Delivers what a notifier says to a GitHub; whether the memory survives is the test's choice.
class GitHubSending {
 public:
  explicit GitHubSending(const GitHubDouble& github) : host_{{"GITHUB_API_URL", github.url()}} {}

  Attempt<> one(const Notifier& notifier, const OutboxItem& item) {
    Delivery delivery{*http_, clock_, {}, host_, secrets_, memory};
    return notifier.deliver(item, delivery);
  }
  void all(const Notifier& notifier, const std::vector<OutboxItem>& items) {
    for (const OutboxItem& item : items) {
      const auto sent = one(notifier, item);
      INFO(item.payload << (sent ? "" : sent.error().error.message));
      CHECK(sent.has_value());
    }
  }
  /// Twice, the second time by a pipectl that knows nothing of the first.
  void all_twice(const Notifier& notifier, const std::vector<OutboxItem>& items) {
    for (const OutboxItem& item : items) {
      all(notifier, {item});
      memory.kept.clear();
      all(notifier, {item});
    }
  }
  PlainMemory memory;

 private:
  std::unique_ptr<HttpClient> http_{make_curl_http_client({})};
  FixedClock clock_;
  EnvMap host_;
  EnvMap secrets_{{"TOKEN", "t0ken-of-test"}};
};

inline std::unique_ptr<Notifier> notify_by(const std::string& keys) {
  return notifier_from("github", "{token: TOKEN, repository: team/shop, " + keys + "}");
}

/// `CONTEXT=STATE` of each status post.
inline Words states(const std::vector<OutboxItem>& items) {
  Words words;
  for (const OutboxItem& item : items) {
    const Json post = Json::parse(item.payload);
    if (post["do"] == "status")
      words.push_back(post["context"].get<std::string>() + "=" + post["state"].get<std::string>());
  }
  return words;
}

inline RunOrigin of_pull_request() {
  auto origin = StoryTeller::plain_origin();
  origin.event.kind = EventKind::pull_request;
  origin.event.number = 7;
  origin.event.head_sha = std::string(40, 'b');
  return origin;
}

}  // namespace pipectl::test
