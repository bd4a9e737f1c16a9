#include <fmt/format.h>

#include "stages/checks/await.hpp"
#include "stages/kinds/kinds.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {
namespace {

/// Checks that must all be healthy before the next tier is looked at.
struct Tier {
  std::string name;  ///< empty: `checks`, without tiers
  CheckList checks;
};

class VerifyStage final : public StageRunner {
 public:
  VerifyStage(std::vector<Tier> tiers, Steps steps)
      : tiers_(std::move(tiers)), steps_(std::move(steps)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::vector<std::string> lines;
    for (const Tier& tier : tiers_) preview_checks(tier.checks, scope, lines);
    for (std::string& command : steps_.preview(scope)) lines.push_back(std::move(command));
    return lines;
  }

  Outcome run(StageContext& context) const override {
    std::size_t healthy = 0;
    for (const Tier& tier : tiers_) {
      Verdict verdict = await_healthy(tier.checks, context);
      if (verdict.health != Health::healthy) {
        if (!tier.name.empty())
          verdict.reason = fmt::format("tier '{}': {}", tier.name, verdict.reason);
        return outcome_of(verdict);
      }
      healthy += tier.checks.size();
    }
    Outcome outcome = steps_.run(context);
    if (healthy > 0) outcome.summary = fmt::format("{} healthy", healthy);
    return outcome;
  }

 private:
  std::vector<Tier> tiers_;
  Steps steps_;
};

std::vector<Tier> read_tiers(yaml::Reader& reader, const ParseContext& context) {
  std::vector<Tier> tiers;
  const auto checks = reader.node("checks");
  const auto named = reader.node("tiers");
  if (checks && named)
    context.diagnostics.error(named->span(),
                              fmt::format("{} has both `checks` and `tiers`", reader.what()),
                              "put the checks into a tier");
  if (checks)
    if (auto list = parse_checks(*checks, "`checks`", context))
      tiers.push_back({{}, std::move(*list)});
  if (!named) return tiers;
  if (named->kind() != yaml::Kind::mapping || named->size() == 0) {
    context.diagnostics.error(named->span(),
                              "`tiers` must be a mapping of names to lists of checks",
                              "`tiers: {data: [{tcp: 5432}], app: [{http: 'http://…'}]}`");
    return tiers;
  }
  for (const yaml::Node::Entry entry : named->entries())
    if (auto list = parse_checks(entry.value, fmt::format("tier '{}'", entry.key.text()), context))
      tiers.push_back({std::string{entry.key.text()}, std::move(*list)});
  return tiers;
}

class VerifyKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "verify"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Waits until what is deployed is healthy";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    std::vector<KeyDoc> keys{
        {"checks", check_list_type, "What must be healthy, looked at in this order"},
        {"tiers",
         R"({"type":"object","minProperties":1,"additionalProperties":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/healthCheck"}}})",
         "Named lists of checks; a tier is looked at when the one before it is healthy"},
    };
    for (const KeyDoc& key : step_keys()) keys.push_back(key);
    return keys;
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    auto tiers = read_tiers(reader, context);
    auto steps = Steps::parse(reader, context);
    if (tiers.empty() && !steps && context.diagnostics.error_count() == errors)
      context.diagnostics.error(
          context.stage.where, fmt::format("stage '{}' verifies nothing", context.stage.name),
          "give it `checks`, `tiers`, or commands (`run`, `steps`) that run after them");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<VerifyStage>(std::move(tiers), std::move(steps).value_or(Steps{}));
  }
};

}  // namespace

std::unique_ptr<StageKind> make_verify_kind() { return std::make_unique<VerifyKind>(); }

}  // namespace pipectl::stages
