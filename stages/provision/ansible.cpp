#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "stages/provision/provision.hpp"
#include "stages/provision/tool_call.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

/// What the file says below `ansible`.
struct AnsibleSpec {
  expr::Template playbook;
  Templates inventory;
  expr::Template limit;
  Templates tags;
  NamedTemplates vars;
  bool check{false};
};

using Arguments = std::vector<std::string>;

Result<std::string> joined(const Templates& texts, const expr::Scope& scope) {
  std::vector<std::string> parts;
  for (const auto& text : texts) parts.push_back(TRY(text.evaluate(scope)));
  return join(parts, ",");
}

/// As JSON: ansible would read `key=value` by rules of its own.
Result<std::string> extra_vars(const NamedTemplates& vars, const expr::Scope& scope) {
  nlohmann::json all = nlohmann::json::object();
  for (const auto& [name, value] : vars) all[name] = TRY(value.evaluate(scope));
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Arguments> arguments_of(const AnsibleSpec& spec, const expr::Scope& scope) {
  Arguments argv{"ansible-playbook", TRY(spec.playbook.evaluate(scope))};
  for (const auto& inventory : spec.inventory)
    argv.push_back("--inventory=" + TRY(inventory.evaluate(scope)));
  const std::string limit = TRY(spec.limit.evaluate(scope));
  if (!limit.empty()) argv.push_back("--limit=" + limit);
  if (!spec.tags.empty()) argv.push_back("--tags=" + TRY(joined(spec.tags, scope)));
  if (!spec.vars.empty()) argv.push_back("--extra-vars=" + TRY(extra_vars(spec.vars, scope)));
  if (spec.check) argv.insert(argv.end(), {"--check", "--diff"});
  return argv;
}

class AnsibleStage final : public StageRunner {
 public:
  explicit AnsibleStage(AnsibleSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    return {fmt::format("ansible-playbook {}{}", shown(spec_.playbook, scope),
                        spec_.check ? " --check --diff" : "")};
  }
  Outcome run(StageContext& context) const override {
    const auto argv = arguments_of(spec_, context.scope);
    if (!argv) return outcome_of(argv.error());
    const auto code = call_tool(context, {*argv, {}});
    return code ? Outcome{} : code.error();
  }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{"ansible-playbook", Presence::required}};
  }

 private:
  AnsibleSpec spec_;
};

class AnsibleMethod final : public StageMethod {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "provision"; }
  [[nodiscard]] KeyDoc key() const override {
    return {
        "ansible",
        R"({"type":"object","additionalProperties":false,"required":["playbook"],"properties":{)"
        R"("playbook":{"type":"string"},)"
        R"("inventory":{"$ref":"#/$defs/texts"},)"
        R"("limit":{"type":"string","description":"Only these hosts"},)"
        R"("tags":{"$ref":"#/$defs/texts"},)"
        R"("vars":{"type":"object","additionalProperties":{"type":["string","integer","number","boolean"]}},)"
        R"("check":{"type":"boolean","description":"Change nothing, show what would change"}}})",
        "Ansible: a playbook"};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    yaml::Reader reader{value, "`ansible`", context.diagnostics};
    AnsibleSpec spec;
    const auto text = [&](std::string_view key) {
      return read_template(key, reader, context).value_or(expr::Template{});
    };
    spec.playbook = text("playbook");
    spec.inventory = read_texts("inventory", reader, context);
    spec.limit = text("limit");
    spec.tags = read_texts("tags", reader, context);
    spec.vars = read_mapping("vars", reader, context);
    spec.check = reader.boolean("check").value_or(false);
    if (spec.playbook.text().empty() && !reader.node("playbook"))
      context.diagnostics.error(value.span(), "`ansible` needs a `playbook`",
                                "`ansible: {playbook: site.yml}`");
    reader.finish();
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<AnsibleStage>(std::move(spec));
  }
};

}  // namespace

std::unique_ptr<StageMethod> make_ansible_method() { return std::make_unique<AnsibleMethod>(); }

}  // namespace pipectl::stages
