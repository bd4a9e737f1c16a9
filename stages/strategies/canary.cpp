#include <fmt/format.h>

#include <charconv>

#include "core/base/text.hpp"
#include "stages/deploy/analysis.hpp"
#include "stages/strategies/strategies.hpp"

namespace pipectl::stages {
namespace {

using Deed = DeployStep::Deed;
using Undo = DeployStep::Undo;

class Canary final : public DeployStrategy {
 public:
  std::vector<int> shares{10, 50, 100};
  Milliseconds pause{0};
  Milliseconds deadline{default_deadline};
  Analyses analyses;

  [[nodiscard]] bool needs_beside() const noexcept override { return true; }
  [[nodiscard]] std::vector<DeployStep> steps(const DeployAbilities& /*abilities*/) const override {
    constexpr auto mixed = DeployPlace::mixed;
    constexpr auto instead = DeployPlace::instead;
    std::vector<DeployStep> steps;
    steps.push_back({.deed = Deed::apply, .place = mixed, .undo = Undo::remove});
    for (const int share : shares) {
      steps.push_back({.deed = Deed::shift,
                       .place = mixed,
                       .undo = Undo::shift_back,
                       .share = share,
                       .time = deadline});
      if (pause.count() > 0) steps.push_back({.deed = Deed::pause, .place = mixed, .time = pause});
      if (!analyses.empty()) steps.push_back({.deed = Deed::analyse, .place = mixed});
    }
    steps.push_back({.deed = Deed::check, .place = mixed});
    // It has proved itself: now it takes the place of the old one, while the canary carries on.
    steps.push_back({.deed = Deed::apply, .place = instead, .undo = Undo::restore});
    steps.push_back({.deed = Deed::settle, .place = instead, .time = deadline});
    steps.push_back({.deed = Deed::record, .place = instead});
    steps.push_back({.deed = Deed::retire, .place = mixed});
    return steps;
  }
  Result<std::string> analyse(StageContext& context) const override {
    return run_analyses(analyses, context);
  }
};

std::optional<int> parse_share(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  int share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return share >= 1 && share <= 100 ? std::optional{share} : std::nullopt;
}

std::vector<int> read_shares(yaml::Reader& reader) {
  std::vector<int> shares;
  for (const yaml::Node& node : reader.strings("steps")) {
    const auto share = parse_share(node.text());
    if (!share)
      reader.diagnostics().error(
          node.span(), fmt::format("'{}' is no share of the traffic", printable(node.text())),
          "a percentage from 1% to 100%");
    else if (!shares.empty() && *share <= shares.back())
      reader.diagnostics().error(node.span(), "the steps of a canary must rise",
                                 "`steps: [10%, 50%, 100%]`");
    else
      shares.push_back(*share);
  }
  return shares;
}

class CanaryKind final : public DeployStrategyKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "canary"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "The new release gets a growing share of the traffic, and is looked at on the way";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"properties":{)"
           R"("steps":{"type":"array","items":{"type":["string","integer"]},"minItems":1,"description":"Shares of the traffic; default: [10%, 50%, 100%]"},)"
           R"("pause":{"type":["string","integer"],"description":"After each step; default: 0s"},)"
           R"("analyse":{"type":"array","minItems":1,"description":"What decides after each step; the first breach undoes the deploy","items":{"anyOf":[)"
           R"({"type":"object","required":["http","gate"],"additionalProperties":false,"properties":{"http":{"type":"string"},"requests":{"type":"integer","minimum":1},"gate":{"type":"object"}}},)"
           R"({"type":"object","required":["prometheus","query","gate"],"additionalProperties":false,"properties":{"prometheus":{"type":"string"},"query":{"type":"string"},"gate":{"type":"object"}}}]}},)"
           R"("deadline":{"type":["string","integer"],"description":"Until each step is ready; default: 5m"}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployStrategy> parse(std::optional<yaml::Node> settings,
                                                      const ParseContext& context) const override {
    auto strategy = std::make_unique<Canary>();
    if (!settings) return strategy;
    yaml::Reader reader{*settings, "`canary`", context.diagnostics};
    if (auto shares = read_shares(reader); !shares.empty()) strategy->shares = std::move(shares);
    strategy->pause = reader.duration("pause").value_or(strategy->pause);
    strategy->deadline = reader.duration("deadline").value_or(strategy->deadline);
    if (const auto list = reader.node("analyse"))
      strategy->analyses = parse_analyses(*list, context);
    reader.finish();
    return strategy;
  }
};

}  // namespace

std::unique_ptr<DeployStrategyKind> make_canary_strategy() {
  return std::make_unique<CanaryKind>();
}

}  // namespace pipectl::stages
