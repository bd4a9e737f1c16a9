#include "stages/strategies/strategies.hpp"

namespace pipectl::stages {
namespace {

using Deed = DeployStep::Deed;
using Undo = DeployStep::Undo;

class BlueGreen final : public DeployStrategy {
 public:
  Milliseconds deadline{default_deadline};
  Milliseconds hold{0};

  [[nodiscard]] bool needs_beside() const noexcept override { return true; }
  [[nodiscard]] std::vector<DeployStep> steps(const DeployAbilities& /*abilities*/) const override {
    constexpr auto place = DeployPlace::apart;
    std::vector<DeployStep> steps;
    steps.push_back({.deed = Deed::apply, .place = place, .undo = Undo::remove});
    steps.push_back({.deed = Deed::settle, .place = place, .time = deadline});
    steps.push_back(
        {.deed = Deed::shift, .place = place, .undo = Undo::shift_back, .time = deadline});
    steps.push_back({.deed = Deed::check, .place = place});
    if (hold.count() > 0) {
      steps.push_back({.deed = Deed::pause, .place = place, .time = hold});
      steps.push_back({.deed = Deed::check, .place = place});
    }
    steps.push_back({.deed = Deed::record, .place = place});
    steps.push_back({.deed = Deed::retire, .place = place});
    return steps;
  }
};

class BlueGreenKind final : public DeployStrategyKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "blue-green"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A second whole set, to which all traffic is switched at once, and back as fast";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"properties":{)"
           R"("deadline":{"type":["string","integer"],"description":"Until it is ready; default: 5m"},)"
           R"("hold":{"type":["string","integer"],"description":"How long the old set is kept after the switch, before health is looked at once more; default: 0s"}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployStrategy> parse(std::optional<yaml::Node> settings,
                                                      const ParseContext& context) const override {
    auto strategy = std::make_unique<BlueGreen>();
    if (!settings) return strategy;
    yaml::Reader reader{*settings, "`blue-green`", context.diagnostics};
    strategy->deadline = reader.duration("deadline").value_or(strategy->deadline);
    strategy->hold = reader.duration("hold").value_or(strategy->hold);
    reader.finish();
    return strategy;
  }
};

}  // namespace

std::unique_ptr<DeployStrategyKind> make_blue_green_strategy() {
  return std::make_unique<BlueGreenKind>();
}

}  // namespace pipectl::stages
