#include <fmt/format.h>

#include <array>

#include "core/api/registry.hpp"
#include "core/base/text.hpp"
#include "stages/deploy/command_target.hpp"
#include "stages/deploy/deploy_stage.hpp"
#include "stages/kinds/kinds.hpp"
#include "stages/steps.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

constexpr std::string_view default_strategy = "rolling";

/// Reads the keys of one deploy.
class DeployReader {
 public:
  DeployReader(yaml::Reader& reader, const ParseContext& context)
      : reader_(reader), context_(context) {}

  DeploySettings read() {
    constexpr std::array<std::string_view, 2> rollbacks{"auto", "none"};
    DeploySettings settings;
    settings.target = read_target();
    settings.strategy = read_strategy();
    if (const auto health = reader_.node("health"))
      settings.health = parse_checks(*health, "`health`", context_).value_or(CheckList{});
    if (reader_.choice("rollback", rollbacks).value_or("auto") == "none")
      settings.rollback = Rollback::none;
    settings.undo_timeout = reader_.duration("undo_timeout").value_or(settings.undo_timeout);
    if (settings.target && settings.strategy.named() != nullptr) check_abilities(settings);
    return settings;
  }

 private:
  std::unique_ptr<DeployTargetSpec> read_target() {
    Steps apply = Steps::parse(reader_, context_).value_or(Steps{});
    Steps undo = Steps::parse_script("undo", reader_, context_).value_or(Steps{});
    std::unique_ptr<DeployTargetSpec> target;
    std::string_view named;
    for (const auto& kind : context_.registry.deploy_targets()) {
      const auto value = reader_.node(kind->name());
      if (!value) continue;
      if (!named.empty() || !apply.empty() || !undo.empty())
        context_.diagnostics.error(value->span(),
                                   fmt::format("`{}` and `{}` are two targets",
                                               named.empty() ? "run" : named, kind->name()),
                                   "write a stage for each");
      named = kind->name();
      target = kind->parse(*value, context_);
    }
    if (!named.empty()) return target;
    if (apply.empty()) return nullptr;
    return make_command_target(std::move(apply), std::move(undo));
  }

  /// `strategy: rolling`, `strategy: {canary: {…}}`, or an expression that names one.
  StrategyChoice read_strategy() {
    const auto node = reader_.node("strategy");
    std::string_view name = default_strategy;
    std::optional<yaml::Node> settings;
    if (node && node->kind() == yaml::Kind::mapping && node->size() == 1) {
      const yaml::Node::Entry entry = *node->entries().begin();
      name = entry.key.text();
      if (entry.value.kind() != yaml::Kind::null) settings = entry.value;
    } else if (node && node->kind() == yaml::Kind::scalar) {
      name = node->text();
      if (name.find("${{") != std::string_view::npos) return read_choice();
    } else if (node) {
      context_.diagnostics.error(node->span(), "`strategy` must name one strategy", known());
      return {};
    }
    const DeployStrategyKind* const kind = context_.registry.deploy_strategy(name);
    if (kind != nullptr) return StrategyChoice{kind->parse(settings, context_)};
    if (node)
      context_.diagnostics.error(node->span(),
                                 fmt::format("unknown strategy '{}'", printable(name)), known());
    return {};
  }

  StrategyChoice read_choice() {
    auto name = read_template("strategy", reader_, context_);
    if (!name) return {};
    StrategyChoice::Known all;
    for (const auto& kind : context_.registry.deploy_strategies())
      all.emplace(kind->name(), kind->parse(std::nullopt, context_));
    return {*std::move(name), std::move(all)};
  }

  [[nodiscard]] std::string known() const {
    std::vector<std::string> names;
    for (const auto& kind : context_.registry.deploy_strategies()) names.emplace_back(kind->name());
    return "one of: " + join(names, ", ");
  }

  void check_abilities(const DeploySettings& settings) {
    if (settings.strategy.named()->needs_beside() && !settings.target->abilities().beside)
      context_.diagnostics.error(
          reader_.node("strategy")->span(),
          "this strategy needs a target that can run two releases side by side",
          "commands cannot; `kubernetes` and `docker` can");
    for (const std::string_view key :
         settings.strategy.named()->ignored(settings.target->abilities()))
      context_.diagnostics.error(
          place_of(key), fmt::format("this target has no `{}`: it would do nothing", key),
          key == "deadline" ? "the stage's `timeout` limits what it does, `within` its "
                              "health checks"
                            : "only `kubernetes` takes instances one after the other");
  }

  /// Of a setting of the strategy.
  [[nodiscard]] Span place_of(std::string_view key) {
    const yaml::Node strategy = *reader_.node("strategy");
    for (const yaml::Node::Entry setting : (*strategy.entries().begin()).value.entries())
      if (setting.key.text() == key) return setting.key.span();
    return strategy.span();
  }

  yaml::Reader& reader_;
  const ParseContext& context_;
};

class DeployKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "deploy"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Puts a release into service, looks at its health, undoes it when it is not healthy";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    std::vector<KeyDoc> keys = step_keys();
    keys.push_back({"strategy", R"({"$ref":"#/$defs/strategy"})",
                    "How the release takes the place of the one before; default: rolling"});
    keys.push_back({"health", check_list_type, "What must be healthy after it was applied"});
    keys.push_back(
        {"undo",
         R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]})",
         "What the shell runs when the deploy failed: it goes back to the release before"});
    keys.push_back({"rollback", R"({"enum":["auto","none"]})",
                    "Whether a failed deploy is undone; default: auto"});
    keys.push_back({"undo_timeout", R"({"type":["string","integer"]})",
                    "How long the undo may take, whatever the stage's timeout; default: 2m"});
    return keys;
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    auto settings = DeployReader{reader, context}.read();
    if (!settings.target && context.diagnostics.error_count() == errors)
      context.diagnostics.error(context.stage.where,
                                fmt::format("stage '{}' deploys nothing", context.stage.name),
                                "give it a target (`kubernetes`) or the commands that deploy: "
                                "`run` or `steps`");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<DeployStage>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<StageKind> make_deploy_kind() { return std::make_unique<DeployKind>(); }

}  // namespace pipectl::stages
