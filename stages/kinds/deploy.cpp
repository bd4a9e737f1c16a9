#include <fmt/format.h>

#include <array>

#include "stages/kinds/deploy_stage.hpp"
#include "stages/kinds/kinds.hpp"

namespace pipectl::stages {
namespace {

class DeployKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "deploy"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Puts a release into service, looks at its health, undoes it when it is not healthy";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    std::vector<KeyDoc> keys = step_keys();
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
    auto commands = read(reader, context);
    if (commands.apply.empty() && context.diagnostics.error_count() == errors)
      context.diagnostics.error(context.stage.where,
                                fmt::format("stage '{}' deploys nothing", context.stage.name),
                                "give it the commands that deploy: `run` or `steps`");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<DeployStage>(std::move(commands));
  }

 private:
  static DeployCommands read(yaml::Reader& reader, const ParseContext& context) {
    constexpr std::array<std::string_view, 2> rollbacks{"auto", "none"};
    DeployCommands commands;
    commands.apply = Steps::parse(reader, context).value_or(Steps{});
    commands.undo = Steps::parse_script("undo", reader, context).value_or(Steps{});
    if (const auto health = reader.node("health"))
      commands.health = parse_checks(*health, "`health`", context).value_or(CheckList{});
    if (reader.choice("rollback", rollbacks).value_or("auto") == "none")
      commands.rollback = Rollback::none;
    commands.undo_timeout = reader.duration("undo_timeout").value_or(commands.undo_timeout);
    return commands;
  }
};

}  // namespace

std::unique_ptr<StageKind> make_deploy_kind() { return std::make_unique<DeployKind>(); }

}  // namespace pipectl::stages
