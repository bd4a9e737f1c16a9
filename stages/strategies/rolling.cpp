
#include "stages/strategies/strategies.hpp"

namespace pipectl::stages {
namespace {

using Deed = DeployStep::Deed;
using Undo = DeployStep::Undo;

class Rolling final : public DeployStrategy {
 public:
  std::optional<Milliseconds> deadline;
  std::string surge;
  std::string unavailable;

  [[nodiscard]] std::vector<std::string_view> ignored(
      const DeployAbilities& abilities) const override {
    std::vector<std::string_view> keys;
    if (deadline && !abilities.settles) keys.emplace_back("deadline");
    if (!surge.empty() && !abilities.paces) keys.emplace_back("max_surge");
    if (!unavailable.empty() && !abilities.paces) keys.emplace_back("max_unavailable");
    return keys;
  }
  [[nodiscard]] std::vector<DeployStep> steps(const DeployAbilities& abilities) const override {
    constexpr auto place = DeployPlace::instead;
    std::vector<DeployStep> steps;
    steps.push_back({.deed = Deed::apply,
                     .place = place,
                     .undo = Undo::restore,
                     .surge = surge,
                     .unavailable = unavailable});
    if (abilities.settles)
      steps.push_back(
          {.deed = Deed::settle, .place = place, .time = deadline.value_or(default_deadline)});
    steps.push_back({.deed = Deed::check, .place = place});
    if (!abilities.records) return steps;
    steps.push_back({.deed = Deed::record, .place = place});
    steps.push_back({.deed = Deed::retire, .place = place});
    return steps;
  }
};

/// `1` or `25%`.
std::string read_amount(std::string_view key, yaml::Reader& reader) {
  const auto text = reader.string(key);
  if (!text) return {};
  const auto digits = text->ends_with('%') ? text->substr(0, text->size() - 1) : *text;
  const bool right = !digits.empty() && digits.size() <= 4 &&
                     digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!right)
    reader.diagnostics().error(reader.node(key)->span(),
                               "'" + std::string{*text} + "' is no number of instances",
                               "a number, or a share of them: `25%`");
  return std::string{*text};
}

class RollingKind final : public DeployStrategyKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "rolling"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "One after the other, the new release takes the place of the old one";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"properties":{)"
           R"("deadline":{"type":["string","integer"],"description":"Until it is ready; default: 5m"},)"
           R"("max_surge":{"type":["string","integer"],"description":"How many more meanwhile: 1, 25%"},)"
           R"("max_unavailable":{"type":["string","integer"],"description":"How many fewer meanwhile"}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployStrategy> parse(std::optional<yaml::Node> settings,
                                                      const ParseContext& context) const override {
    auto strategy = std::make_unique<Rolling>();
    if (!settings) return strategy;
    yaml::Reader reader{*settings, "`rolling`", context.diagnostics};
    strategy->deadline = reader.duration("deadline");
    strategy->surge = read_amount("max_surge", reader);
    strategy->unavailable = read_amount("max_unavailable", reader);
    reader.finish();
    return strategy;
  }
};

}  // namespace

std::unique_ptr<DeployStrategyKind> make_rolling_strategy() {
  return std::make_unique<RollingKind>();
}

}  // namespace pipectl::stages
