#include "core/engine/secret_vault.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <latch>
#include <thread>

#include "tests/support/engine_rig.hpp"

using namespace pipectl;

namespace {

/// Tells what it is told to, when it is told to.
class ScriptedProvider final : public SecretProvider {
 public:
  using Answer = std::function<Result<std::optional<std::string>>(const Request&)>;
  explicit ScriptedProvider(Answer answer) : answer_(std::move(answer)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "scripted"; }
  [[nodiscard]] std::string_view summary() const noexcept override { return "for tests"; }
  [[nodiscard]] std::string_view type() const noexcept override { return "{}"; }
  [[nodiscard]] std::vector<std::string> parse(yaml::Node, const std::filesystem::path&,
                                               Diagnostics&) const override {
    return {};
  }
  Result<std::optional<std::string>> resolve(const Request& request) const override {
    return answer_(request);
  }

 private:
  Answer answer_;
};

struct VaultRig {
  explicit VaultRig(ScriptedProvider::Answer answer) {
    for (const auto* name : {"SLOW", "FAST"}) {
      SecretDecl secret;
      secret.name = name;
      secret.provider = "scripted";
      pipeline.secrets.push_back(secret);
    }
    pipeline.index();
    registry.add(std::make_unique<ScriptedProvider>(std::move(answer)));
  }

  Pipeline pipeline;
  Registry registry;
  test::NoExecutor executor;
  Redactor redactor;
  SecretVault vault{{pipeline, registry, executor, redactor, {}, {}}};
};

}  // namespace

TEST_CASE("a slow secret is asked for once and holds up nobody who does not want it") {
  std::latch asked{1};
  std::latch may_answer{1};
  std::atomic<int> times{0};
  VaultRig rig{[&](const SecretProvider::Request& request) -> Result<std::optional<std::string>> {
    if (request.secret.name == "FAST") return "fast-value";
    ++times;
    asked.count_down();
    may_answer.wait();
    return "slow-value";
  }};
  std::string one;
  std::string other;
  std::jthread first{[&] { one = rig.vault.grant({"SLOW"}, {})->at("SLOW"); }};
  asked.wait();
  std::jthread second{[&] { other = rig.vault.grant({"SLOW"}, {})->at("SLOW"); }};
  CHECK(rig.vault.grant({"FAST"}, {})->at("FAST") == "fast-value");
  may_answer.count_down();
  first.join();
  second.join();
  CHECK(one == "slow-value");
  CHECK(other == "slow-value");
  CHECK(times == 1);
}

TEST_CASE("who waits for another stage's question keeps to its own limits") {
  std::latch asked{1};
  std::latch may_answer{1};
  VaultRig rig{[&](const SecretProvider::Request&) -> Result<std::optional<std::string>> {
    asked.count_down();
    may_answer.wait();
    return "slow-value";
  }};
  std::jthread first{[&] { static_cast<void>(rig.vault.grant({"SLOW"}, {})); }};
  asked.wait();
  const auto late = rig.vault.grant({"SLOW"}, {.deadline = std::chrono::steady_clock::now()});
  CancelSource cancel;
  cancel.cancel(CancelReason::user);
  const auto cancelled = rig.vault.grant({"SLOW"}, {.cancel = cancel.token()});
  may_answer.count_down();
  REQUIRE_FALSE(late);
  CHECK(late.error().fault == Fault::infrastructure);
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().fault == Fault::cancelled);
}

TEST_CASE("a question that failed is asked again by the next, with the limits of its stage") {
  int times = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours{1};
  VaultRig rig{[&](const SecretProvider::Request& request) -> Result<std::optional<std::string>> {
    CHECK(request.deadline == deadline);
    if (++times == 1) return fail(Fault::cancelled, "interrupted");
    return "value-1";
  }};
  CHECK_FALSE(rig.vault.grant({"SLOW"}, {.deadline = deadline}));
  CHECK(rig.vault.grant({"SLOW"}, {.deadline = deadline})->at("SLOW") == "value-1");
  CHECK(rig.redactor.redact("it is value-1") == "it is ***");
}

TEST_CASE("each use is written down once, before it is given, without the value") {
  VaultRig rig{[](const SecretProvider::Request& request) -> Result<std::optional<std::string>> {
    return "value of " + request.secret.name;
  }};
  std::vector<store::SecretUse> lines;
  Result<void> disk;
  SecretVault vault{{rig.pipeline,
                     rig.registry,
                     rig.executor,
                     rig.redactor,
                     {},
                     {{"FAST", "given"}},
                     {},
                     [&](std::vector<store::SecretUse> uses) -> Result<void> {
                       if (disk) lines.insert(lines.end(), uses.begin(), uses.end());
                       return disk;
                     }}};
  disk = fail(Fault::infrastructure, "disk full");
  const auto refused = vault.grant({"SLOW"}, {.role = "stage", .name = "one"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::infrastructure);
  CHECK(refused.error().message.find("disk full") != std::string::npos);
  disk = {};
  REQUIRE(vault.grant({"SLOW", "FAST"}, {.role = "stage", .name = "one"}));
  REQUIRE(vault.grant({"SLOW"}, {.role = "stage", .name = "one"}));
  REQUIRE(vault.grant({"SLOW"}, {.role = "stage", .name = "two"}));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].secret == "FAST");
  CHECK(lines[0].provider == "--secrets-file");
  CHECK(lines[0].source.empty());
  CHECK(lines[1].secret == "SLOW");
  CHECK(lines[1].provider == "scripted");
  CHECK(lines[1].user == "one");
  CHECK(lines[2].user == "two");
}

TEST_CASE("a run that gets no secrets: optional ones are left out, others refused, nobody asked") {
  int times = 0;
  VaultRig rig{[&](const SecretProvider::Request&) -> Result<std::optional<std::string>> {
    ++times;
    return "value-1";
  }};
  rig.pipeline.secrets[1].optional = true;
  SecretVault vault{{rig.pipeline,
                     rig.registry,
                     rig.executor,
                     rig.redactor,
                     {},
                     {{"SLOW", "given"}},
                     "a pull request from a fork (eve:main)"}};
  const auto& optional = rig.pipeline.secrets[1].name;
  const auto& needed = rig.pipeline.secrets[0].name;
  CHECK(vault.grant({optional}, {})->empty());
  const auto refused = vault.grant({optional, needed}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::usage);
  CHECK(refused.error().message ==
        "secret " + needed + " is withheld: this run is of a pull request from a fork (eve:main)");
  CHECK(refused.error().hint.find("optional: true") != std::string::npos);
  CHECK(times == 0);
}
