#include "core/notify/courier.hpp"

#include <catch2/catch_test_macros.hpp>
#include <deque>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::notify;
using namespace std::chrono_literals;
using Again = Refusal::Retry;

namespace {

/// Answers deliveries as a test says, the last answer for ever.
class Scripted final : public Notifier {
 public:
  [[nodiscard]] std::vector<std::string> secrets() const override { return wanted; }
  [[nodiscard]] std::vector<OutboxItem> on(const RunEvent&, const RunStory&) const override {
    return {};
  }
  [[nodiscard]] Attempt<> deliver(const OutboxItem& item, Delivery& delivery) const override {
    const std::lock_guard lock{mutex_};
    delivered.push_back(item.key);
    payloads.push_back(item.payload);
    if (remembers) delivery.memory.remember(item.key, "told");
    if (answers.empty()) return {};
    const auto answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    return answer;
  }

  std::vector<std::string> wanted;
  bool remembers{false};
  mutable std::deque<Attempt<>> answers;
  mutable std::vector<std::string> delivered;  // read after the courier has stopped
  mutable std::vector<std::string> payloads;

 private:
  mutable std::mutex mutex_;
};

class UnusedHttp final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest&, const CancelToken&) override {
    return fail(Fault::bug, "nobody should ask");
  }
};

/// A clock that is a year ahead.
class Ahead final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return real_.wall() + 24h * 365; }
  [[nodiscard]] SteadyTime steady() const override { return real_.steady(); }

 private:
  SystemClock real_;
};

struct CourierRig {
  test::TempFolder folder;
  std::unique_ptr<store::Outbox> outbox{*store::Outbox::open(folder.path(), "/p/pipeline.yaml")};
  Scripted notifier;
  UnusedHttp http;
  SystemClock clock;
  Redactor redactor;
  Result<EnvMap> secrets{EnvMap{}};
  Patience patience{{5ms, 20ms}, 4, 24h};

  void put(const std::vector<std::string>& keys, WallTime at = std::chrono::system_clock::now()) {
    std::vector<store::NewPost> posts;
    for (const auto& key : keys) posts.push_back({"slack", "r1", key, "", "{}"});
    REQUIRE(outbox->store(posts, at).has_value());
  }
  void store(store::NewPost post) {
    REQUIRE(
        outbox->store(std::vector{std::move(post)}, std::chrono::system_clock::now()).has_value());
  }
  std::unique_ptr<Courier> courier() { return courier(clock); }
  std::unique_ptr<Courier> courier(const Clock& at) {
    return std::make_unique<Courier>(
        CourierParts{"slack",
                     "r1",
                     {},
                     notifier,
                     *outbox,
                     http,
                     at,
                     redactor,
                     [this](const std::string&, const std::vector<std::string>&,
                            const CancelToken&) { return secrets; },
                     patience});
  }
  /// Waits for everything to be delivered; what the courier complained of.
  std::vector<std::string> deliver_all() {
    const auto one = courier();
    CHECK(one->wait(std::chrono::steady_clock::now() + 60s, {}, CancelReason::none));
    one->stop();
    return one->complaints();
  }
};

Attempt<> no(Again retry, std::string message, std::optional<Milliseconds> wait = {}) {
  return tl::unexpected(Refusal{{Fault::infrastructure, std::move(message), {}}, retry, wait, 0});
}

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("what waits is delivered in order, also what another run had left", "[courier]") {
  CourierRig rig;
  rig.put({"a", "b", "c"});
  CHECK(rig.deliver_all().empty());
  CHECK(rig.notifier.delivered == Keys{"a", "b", "c"});
  CHECK(rig.outbox->waiting("slack") == 0U);
}

TEST_CASE("what may pass is tried again, and nothing overtakes it", "[courier]") {
  CourierRig rig;
  rig.put({"a", "b"});
  rig.notifier.answers = {no(Again::later, "503"), no(Again::later, "503"), Attempt<>{}};
  CHECK(rig.deliver_all().empty());
  CHECK(rig.notifier.delivered == Keys{"a", "a", "a", "b"});
}

TEST_CASE("what is refused is given up, and the next one has its turn", "[courier]") {
  CourierRig rig;
  rig.put({"a", "b"});
  rig.notifier.answers = {no(Again::never, "slack: invalid_blocks"), Attempt<>{}};
  CHECK(rig.deliver_all() == Keys{"slack: gave up: slack: invalid_blocks"});
  CHECK(rig.notifier.delivered == Keys{"a", "b"});
}

TEST_CASE("after so many tries it is given up", "[courier]") {
  CourierRig rig;
  rig.put({"a"});
  rig.notifier.answers = {no(Again::later, "502")};
  CHECK(rig.deliver_all() == Keys{"slack: gave up: 502"});
  CHECK(rig.notifier.delivered == Keys{"a", "a", "a", "a"});
}

TEST_CASE("what is older than a day is nothing that anybody wants to hear", "[courier]") {
  CourierRig rig;
  rig.put({"old"}, std::chrono::system_clock::now() - 25h);
  rig.put({"new"});
  CHECK(rig.deliver_all() == Keys{"slack: gave up"});
  CHECK(rig.notifier.delivered == Keys{"new"});
}

TEST_CASE("a service that wants to be left alone is left alone, also by the next process",
          "[courier]") {
  CourierRig rig;
  rig.put({"a", "b"});
  rig.notifier.answers = {no(Again::later, "429", 1h), Attempt<>{}};
  for (int process = 0; process < 2; ++process) {
    const auto courier = rig.courier();
    CHECK_FALSE(courier->wait(std::chrono::steady_clock::now() + 30s, {}, CancelReason::none));
    courier->stop();
    CHECK(courier->complaints() ==
          Keys{"slack: 2 posts are not sent yet, the next pipectl run tries again: 429"});
  }
  CHECK(rig.notifier.delivered == Keys{"a"});
}

TEST_CASE("it is left alone whatever is stored meanwhile, or given up", "[courier]") {
  CourierRig rig;
  rig.put({"a", "b"});
  rig.notifier.answers = {no(Again::later, "429", 1h), Attempt<>{}};
  rig.patience.backoff = {1ms, 1ms};
  SECTION("a newer one takes the place of the one that was refused") {
    const auto courier = rig.courier();
    CHECK_FALSE(courier->wait(std::chrono::steady_clock::now() + 30s, {}, CancelReason::none));
    rig.store({"slack", "r1", "a", "a", "{}"});
    courier->wake();
    CHECK_FALSE(courier->wait(std::chrono::steady_clock::now() + 100ms, {}, CancelReason::none));
  }
  SECTION("one goes first, in the next process") {
    CHECK_FALSE(
        rig.courier()->wait(std::chrono::steady_clock::now() + 30s, {}, CancelReason::none));
    rig.store({"slack", "r1", "end", "a", "{}", store::Turn::first});
  }
  SECTION("the one that was refused is given up") {
    rig.patience.most_attempts = 1;
    CHECK_FALSE(
        rig.courier()->wait(std::chrono::steady_clock::now() + 30s, {}, CancelReason::none));
  }
  const auto next = rig.courier();
  CHECK_FALSE(next->wait(std::chrono::steady_clock::now() + 30s, {}, CancelReason::none));
  next->stop();
  CHECK(rig.notifier.delivered == Keys{"a"});
}

TEST_CASE("a wait that was written by a clock far ahead holds nobody up", "[courier]") {
  CourierRig rig;
  const Ahead ahead;
  rig.put({"a"}, ahead.wall());
  rig.notifier.answers = {no(Again::later, "429", 1h), Attempt<>{}};
  CHECK_FALSE(
      rig.courier(ahead)->wait(std::chrono::steady_clock::now() + 30s, {}, CancelReason::none));
  CHECK(rig.deliver_all().empty());
  CHECK(rig.notifier.delivered == Keys{"a", "a"});
}

TEST_CASE("new posts wake it", "[courier]") {
  CourierRig rig;
  const auto courier = rig.courier();
  for (const auto* const key : {"a", "b", "c"}) {
    rig.put({key});
    courier->wake();
    REQUIRE(courier->wait(std::chrono::steady_clock::now() + 60s, {}, CancelReason::none));
  }
  courier->stop();
  CHECK(rig.notifier.delivered == Keys{"a", "b", "c"});
}

TEST_CASE("an optional secret that is not there switches it off, one that is needed is a warning",
          "[courier]") {
  CourierRig rig;
  rig.notifier.wanted = {"TOKEN"};
  rig.put({"a", "b"});
  CHECK(rig.deliver_all().empty());
  CHECK(rig.outbox->waiting("slack") == 0U);

  rig.put({"c"});
  rig.secrets = fail(Fault::usage, "secret TOKEN is not there (env TOKEN)");
  const auto lacking = rig.courier();
  CHECK_FALSE(lacking->wait(std::chrono::steady_clock::now() + 60s, {}, CancelReason::none));
  lacking->stop();
  CHECK(lacking->complaints() ==
        Keys{"slack: secret TOKEN is not there (env TOKEN)",
             "slack: 1 post is not sent yet, the next pipectl run tries again"});
  CHECK(rig.notifier.delivered.empty());
}

TEST_CASE("payloads are redacted once more: a secret may be known only now", "[courier]") {
  CourierRig rig;
  REQUIRE(
      rig.outbox
          ->store(std::vector<store::NewPost>{{"slack", "r1", "a", "", "{\"x\":\"s3cr3t-value\"}"}},
                  std::chrono::system_clock::now())
          .has_value());
  REQUIRE(rig.redactor.add("X", "s3cr3t-value").has_value());
  CHECK(rig.deliver_all().empty());
  CHECK(rig.notifier.payloads == Keys{"{\"x\":\"***\"}"});
}

TEST_CASE("what a delivery remembers the next process recalls", "[courier]") {
  CourierRig rig;
  rig.notifier.remembers = true;
  rig.put({"message/r1"});
  CHECK(rig.deliver_all().empty());
  CHECK(rig.outbox->recall("slack", "message/r1").value() == "told");
}

TEST_CASE("another process that delivers is waited for", "[courier]") {
  CourierRig rig;
  rig.put({"a"});
  auto turn = rig.outbox->take_turn("slack").value();
  REQUIRE(turn != nullptr);
  const auto courier = rig.courier();
  CHECK_FALSE(courier->wait(std::chrono::steady_clock::now() + 50ms, {}, CancelReason::none));
  turn.reset();
  CHECK(courier->wait(std::chrono::steady_clock::now() + 60s, {}, CancelReason::none));
  courier->stop();
  CHECK(rig.notifier.delivered == Keys{"a"});
}

TEST_CASE("only a cancellation more urgent than the one before ends the wait", "[courier]") {
  CourierRig rig;
  rig.patience.backoff = {30min, 30min};
  rig.put({"a"});
  rig.notifier.answers = {no(Again::later, "503")};
  const auto courier = rig.courier();
  CancelSource source;
  source.cancel(CancelReason::hard);
  const auto in_a_day = std::chrono::steady_clock::now() + 24h;
  CHECK_FALSE(courier->wait(in_a_day, source.token(), CancelReason::user));
  CHECK_FALSE(
      courier->wait(std::chrono::steady_clock::now() + 50ms, source.token(), CancelReason::hard));
  courier->stop();
  CHECK(courier->complaints().size() == 1);
}
