#include <fmt/format.h>

#include <array>
#include <cctype>
#include <fstream>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "stages/provision/provision.hpp"
#include "stages/provision/terraform_outputs.hpp"
#include "stages/provision/tool_call.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

namespace fs = std::filesystem;

enum class Action { plan, apply, destroy };

/// What the file says below `terraform`.
struct TerraformSpec {
  std::string program{"terraform"};
  expr::Template directory;
  expr::Template workspace;
  expr::Template plan_file;  ///< empty: the plan lives as long as the stage
  Action action{Action::apply};
  NamedTemplates vars;
  Templates var_files;
  NamedTemplates backend;
};

/// One stage's way through Terraform.
class TerraformRun {
 public:
  TerraformRun(const TerraformSpec& spec, StageContext& context) : spec_(spec), context_(context) {}
  ~TerraformRun() {
    if (!kept_) remove_plan();
  }
  TerraformRun(const TerraformRun&) = delete;
  TerraformRun& operator=(const TerraformRun&) = delete;

  Outcome go() {
    if (const auto ready = prepare(); !ready) return outcome_of(ready.error());
    Outcome outcome = init();
    const bool saved = kept_ && spec_.action != Action::plan;
    if (outcome.status == Status::succeeded && !saved) outcome = plan();
    if (outcome.status == Status::succeeded) outcome = look();
    if (outcome.status != Status::succeeded || spec_.action == Action::plan) return outcome;
    outcome = call({"apply", "-input=false", "-no-color", plan_.string()});
    if (outcome.status == Status::succeeded && spec_.action == Action::apply) outcome = outputs();
    if (outcome.status == Status::succeeded) outcome.summary = summary_;
    return outcome;
  }

 private:
  Result<void> prepare() {
    folder_ = TRY(folder_of(context_, spec_.directory));
    const std::string file = TRY(spec_.plan_file.evaluate(context_.scope));
    kept_ = !file.empty();
    plan_ = kept_ ? context_.directory / file : context_.state_dir / unique_name();
    for (const auto& [name, value] : spec_.backend)
      backend_.push_back(
          fmt::format("-backend-config={}={}", name, TRY(value.evaluate(context_.scope))));
    for (const auto& file_of_values : spec_.var_files)
      values_.push_back("-var-file=" + TRY(file_of_values.evaluate(context_.scope)));
    for (const auto& [name, value] : spec_.vars)
      values_.push_back(fmt::format("-var={}={}", name, TRY(value.evaluate(context_.scope))));
    workspace_ = TRY(spec_.workspace.evaluate(context_.scope));
    return {};
  }

  [[nodiscard]] std::string unique_name() const {
    std::string name = "terraform-";
    for (const char c : context_.stage)
      name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return name + ".tfplan";
  }

  void remove_plan() const {
    std::error_code ignored;
    if (!plan_.empty()) fs::remove(plan_, ignored);
  }

  /// An exit code of 2 of a plan means that there is something to do.
  Outcome call(std::vector<std::string> arguments, int also_good = 0) {
    std::vector<std::string> argv{spec_.program};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const auto code = call_tool(context_, {std::move(argv), folder_, also_good});
    return code ? Outcome{} : code.error();
  }

  Outcome init() {
    std::vector<std::string> arguments{"init", "-input=false", "-no-color"};
    arguments.insert(arguments.end(), backend_.begin(), backend_.end());
    Outcome outcome = call(std::move(arguments));
    if (outcome.status != Status::succeeded || workspace_.empty()) return outcome;
    return call({"workspace", "select", "-no-color", "-or-create", workspace_});
  }

  Outcome plan() {
    constexpr int has_changes = 2;
    // A plan may hold secrets: Terraform keeps the mode of the file that it finds.
    if (const auto made = write_file_atomically(plan_, "", 0600); !made)
      return outcome_of(made.error());
    std::vector<std::string> arguments{"plan", "-input=false", "-no-color", "-detailed-exitcode",
                                       "-out=" + plan_.string()};
    if (spec_.action == Action::destroy) arguments.emplace_back("-destroy");
    arguments.insert(arguments.end(), values_.begin(), values_.end());
    Outcome outcome = call(std::move(arguments), has_changes);
    if (outcome.status != Status::succeeded) remove_plan();
    return outcome;
  }

  /// At the plan that is applied: what it will do, in numbers.
  Outcome look() {
    const auto text =
        ask_tool(context_, {{spec_.program, "show", "-json", plan_.string()}, folder_});
    if (!text) return text.error();
    const auto changes = read_terraform_plan(*text);
    if (!changes) return outcome_of(changes.error());
    Outcome outcome;
    outcome.summary = summary_ = describe(*changes);
    context_.emit.note("plan: " + summary_);
    return outcome;
  }

  Outcome outputs() {
    const auto text =
        ask_tool(context_, {{spec_.program, "output", "-json", "-no-color"}, folder_});
    if (!text) return text.error();
    const auto outputs = read_terraform_outputs(*text);
    if (!outputs) return outcome_of(outputs.error());
    if (!outputs->hidden.empty())
      context_.emit.note("sensitive, and therefore kept nowhere: " + join(outputs->hidden, ", "));
    const auto kept = write_file_atomically(folder_ / "outputs.json", outputs->json);
    if (!kept) return outcome_of(kept.error());
    std::ofstream lines{context_.output_file, std::ios::app};
    lines << to_output_lines(outputs->values) << std::flush;
    if (lines) return {};
    return outcome_of(
        Error{Fault::infrastructure, "the stage's outputs could not be written", "make room"});
  }

  const TerraformSpec& spec_;
  StageContext& context_;
  fs::path folder_;
  fs::path plan_;
  bool kept_{false};
  std::vector<std::string> backend_;
  std::vector<std::string> values_;
  std::string workspace_;
  std::string summary_;
};

class TerraformStage final : public StageRunner {
 public:
  explicit TerraformStage(TerraformSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    const std::string folder = spec_.directory.text().empty()
                                   ? std::string{}
                                   : fmt::format(" -chdir={}", shown(spec_.directory, scope));
    std::vector<std::string> lines{fmt::format("{}{} init", spec_.program, folder)};
    const bool saved = !spec_.plan_file.text().empty();
    const std::string file = saved ? shown(spec_.plan_file, scope) : "PLAN";
    if (!saved || spec_.action == Action::plan)
      lines.push_back(fmt::format("{}{} plan{} -out={}", spec_.program, folder,
                                  spec_.action == Action::destroy ? " -destroy" : "", file));
    if (spec_.action != Action::plan)
      lines.push_back(fmt::format("{}{} apply {}", spec_.program, folder, file));
    return lines;
  }
  Outcome run(StageContext& context) const override { return TerraformRun{spec_, context}.go(); }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{spec_.program, Presence::required}};
  }

 private:
  TerraformSpec spec_;
};

class TerraformMethod final : public StageMethod {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "provision"; }
  [[nodiscard]] KeyDoc key() const override {
    return {
        "terraform",
        R"({"type":"object","additionalProperties":false,"properties":{)"
        R"("program":{"enum":["terraform","tofu"],"description":"Default: terraform; tofu is OpenTofu"},)"
        R"("directory":{"type":"string","description":"With the configuration; default: the working directory"},)"
        R"("action":{"enum":["apply","plan","destroy"],"description":"Default: apply, of the plan that was made right before"},)"
        R"("plan_file":{"type":"string","description":"Where `plan` saves its plan, and what `apply` applies instead of making one"},)"
        R"("workspace":{"type":"string","description":"Made when it is absent"},)"
        R"("vars":{"type":"object","additionalProperties":{"type":["string","integer","number","boolean"]}},)"
        R"("var_files":{"$ref":"#/$defs/texts"},)"
        R"("backend":{"type":"object","additionalProperties":{"type":["string","integer","boolean"]},"description":"Settings of the backend, for init"}}})",
        "Terraform: init, plan, apply of that very plan, outputs"};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    yaml::Reader reader{value, "`terraform`", context.diagnostics};
    TerraformSpec spec;
    const auto text = [&](std::string_view key) {
      return read_template(key, reader, context).value_or(expr::Template{});
    };
    constexpr std::array<std::string_view, 2> programs{"terraform", "tofu"};
    spec.program = reader.choice("program", programs).value_or("terraform");
    spec.directory = text("directory");
    spec.workspace = text("workspace");
    spec.plan_file = text("plan_file");
    spec.vars = read_mapping("vars", reader, context);
    spec.var_files = read_texts("var_files", reader, context);
    spec.backend = read_mapping("backend", reader, context);
    constexpr std::array<std::string_view, 3> actions{"apply", "plan", "destroy"};
    const auto action = reader.choice("action", actions).value_or("apply");
    if (action == "plan") spec.action = Action::plan;
    if (action == "destroy") spec.action = Action::destroy;
    if (spec.action == Action::destroy && !spec.plan_file.text().empty())
      context.diagnostics.error(reader.node("plan_file")->span(),
                                "`destroy` makes a plan of its own", "leave `plan_file` out");
    reader.finish();
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<TerraformStage>(std::move(spec));
  }
};

}  // namespace

std::unique_ptr<StageMethod> make_terraform_method() { return std::make_unique<TerraformMethod>(); }

}  // namespace pipectl::stages
