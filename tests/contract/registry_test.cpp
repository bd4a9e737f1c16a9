// What every stage kind, health check and secret provider must hold to, whoever wrote it. The
// registry is asked, so that a newcomer is tested by its registration alone.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/app.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using nlohmann::json;
using pipectl::test::StageBench;

namespace {

bool is_word(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

/// One line that begins like a sentence and has no full stop.
bool is_summary(std::string_view text) {
  return !text.empty() && text.find('\n') == std::string_view::npos && !text.ends_with('.');
}

bool is_schema(std::string_view text) {
  const json schema = json::parse(text, nullptr, false);
  return schema.is_object() && !schema.empty();
}

/// Keys of every stage, which no kind may take for itself.
const std::set<std::string_view> common_keys{
    "kind",   "image",   "executor",      "services", "env",      "secrets",          "needs",
    "when",   "changed", "requires",      "timeout",  "retry",    "always",           "artifacts",
    "cache",  "inputs",  "outputs",       "reports",  "gate",     "environment",      "concurrency",
    "weight", "shell",   "allow_failure", "matrix",   "parallel", "working_directory"};

void check_keys(const std::vector<KeyDoc>& keys) {
  std::set<std::string_view> seen;
  for (const KeyDoc& key : keys) {
    CAPTURE(key.name);
    CHECK(is_word(key.name));
    CHECK(is_schema(key.type));
    CHECK(is_summary(key.summary));
    CHECK(seen.insert(key.name).second);
  }
}

/// Values of each form for a key. A part may complain of a value, but not of knowing the key.
const std::vector<std::string> any_values{
    "text", "17", "true", "[]", "[a, {b: c}]", "{}", "{a: b}", "[[a]]", "''", "'${{ nope }}'", "~"};

bool complains_of_unknown(const StageBench& bench, std::string_view key) {
  for (const Diagnostic& diagnostic : bench.diagnostics.all())
    if (diagnostic.message.find("unknown key '" + std::string{key} + "'") != std::string::npos)
      return true;
  return false;
}

}  // namespace

TEST_CASE("names are unique and all parts tell what they are") {
  const Registry registry = cli::make_registry();
  REQUIRE(registry.stage_kinds().size() >= 8);
  REQUIRE(registry.health_checks().size() >= 3);
  REQUIRE(registry.secret_providers().size() >= 3);
  std::set<std::string_view> names;
  for (const auto& kind : registry.stage_kinds()) {
    CAPTURE(kind->name());
    CHECK(is_word(kind->name()));
    CHECK(names.insert(kind->name()).second);
    CHECK(is_summary(kind->summary()));
    CHECK(registry.stage_kind(kind->name()) == kind.get());
    check_keys(registry.keys_of(*kind));
    for (const KeyDoc& key : registry.keys_of(*kind)) CHECK_FALSE(common_keys.contains(key.name));
  }
  for (const auto& check : registry.health_checks()) {
    CAPTURE(check->name());
    CHECK(is_word(check->name()));
    CHECK(is_summary(check->summary()));
    CHECK(registry.health_check(check->name()) == check.get());
    check_keys(check->keys());
    const auto keys = check->keys();
    CHECK(std::ranges::count(keys, check->name(), &KeyDoc::name) == 1);
  }
  for (const auto& provider : registry.secret_providers()) {
    CAPTURE(provider->name());
    CHECK(is_word(provider->name()));
    CHECK(is_summary(provider->summary()));
    CHECK(is_schema(provider->type()));
    CHECK(registry.secret_provider(provider->name()) == provider.get());
  }
}

TEST_CASE("every kind reads an empty stage without a crash: a runner, or a reason") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.stage_kinds()) {
    CAPTURE(kind->name());
    for (const std::string yaml : {"{kind: ", "{x-unknown: 1, kind: "}) {
      StageBench bench;
      const auto runner = bench.parse(yaml + std::string{kind->name()} + "}");
      CHECK((runner != nullptr || bench.diagnostics.has_errors()));
      CHECK((yaml.find("x-unknown") == std::string::npos ||
             complains_of_unknown(bench, "x-unknown")));
    }
  }
}

TEST_CASE("every kind knows each of its keys, with whatever value, and no other") {
  const Registry registry = cli::make_registry();
  for (const auto& kind : registry.stage_kinds()) {
    for (const KeyDoc& key : registry.keys_of(*kind)) {
      for (const std::string& value : any_values) {
        StageBench bench;
        CAPTURE(kind->name(), key.name, value);
        const auto runner = bench.parse("{kind: " + std::string{kind->name()} + ", " +
                                        std::string{key.name} + ": " + value + "}");
        CHECK((runner != nullptr || bench.diagnostics.has_errors()));
        CHECK_FALSE(complains_of_unknown(bench, key.name));
        if (runner != nullptr) static_cast<void>(runner->preview(bench.scope));
      }
    }
  }
}

TEST_CASE("every check knows each of its keys, with whatever value") {
  const Registry registry = cli::make_registry();
  for (const auto& check : registry.health_checks()) {
    for (const KeyDoc& key : check->keys()) {
      for (const std::string& value : any_values) {
        StageBench bench;
        CAPTURE(check->name(), key.name, value);
        const std::string own = std::string{check->name()} + ": x, ";
        const std::string others = key.name == check->name() ? "" : own;
        yaml::Reader reader{bench.node("{" + others + std::string{key.name} + ": " + value + "}"),
                            "check", bench.diagnostics};
        const auto made =
            check->parse(reader, {bench.spec, bench.names, bench.registry, bench.diagnostics});
        CHECK((made != nullptr || bench.diagnostics.has_errors()));
        if (made != nullptr) CHECK_FALSE(made->describe(bench.scope).empty());
        reader.finish();
        CHECK_FALSE(complains_of_unknown(bench, key.name));
      }
    }
  }
}

TEST_CASE("every provider reads any value: arguments, or a reason") {
  const Registry registry = cli::make_registry();
  for (const auto& provider : registry.secret_providers()) {
    for (const std::string& value : any_values) {
      StageBench bench;
      CAPTURE(provider->name(), value);
      const auto arguments =
          provider->parse(bench.node(value), bench.folder.path(), bench.diagnostics);
      CHECK(arguments.empty() == bench.diagnostics.has_errors());
    }
  }
}

TEST_CASE("every deploy target and strategy tells what it is, and reads any value") {
  const Registry registry = cli::make_registry();
  REQUIRE(registry.deploy_targets().size() >= 1);
  REQUIRE(registry.deploy_strategies().size() >= 3);
  const auto check_one = [](const auto& kind) {
    CAPTURE(kind.name());
    CHECK(is_word(kind.name()));
    CHECK(is_summary(kind.summary()));
    CHECK(is_schema(kind.type()));
    for (const std::string& value : any_values) {
      StageBench bench;
      CAPTURE(value);
      const ParseContext context{bench.spec, bench.names, bench.registry, bench.diagnostics};
      CHECK((kind.parse(bench.node(value), context) != nullptr || bench.diagnostics.has_errors()));
    }
  };
  for (const auto& target : registry.deploy_targets()) check_one(*target);
  for (const auto& strategy : registry.deploy_strategies()) check_one(*strategy);
}

TEST_CASE("every strategy's steps apply first, record once, and can be undone") {
  const Registry registry = cli::make_registry();
  StageBench bench;
  const ParseContext context{bench.spec, bench.names, bench.registry, bench.diagnostics};
  for (const auto& kind : registry.deploy_strategies()) {
    CAPTURE(kind->name());
    const auto strategy = kind->parse(std::nullopt, context);
    REQUIRE(strategy != nullptr);
    const auto steps = strategy->steps({.beside = true, .settles = true, .records = true});
    REQUIRE(steps.size() > 2);
    CHECK(steps.front().deed == DeployStep::Deed::apply);
    CHECK(std::ranges::count(steps, DeployStep::Deed::record, &DeployStep::deed) == 1);
    const auto record = std::ranges::find(steps, DeployStep::Deed::record, &DeployStep::deed);
    for (auto step = steps.begin(); step != steps.end(); ++step) {
      const bool changes =
          step->deed == DeployStep::Deed::apply || step->deed == DeployStep::Deed::shift;
      CHECK((!changes || (step < record && step->undo != DeployStep::Undo::none)));
    }
    CHECK(steps == strategy->steps({.beside = true, .settles = true, .records = true}));
  }
}
