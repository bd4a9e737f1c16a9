#include <fmt/format.h>

#include "core/api/capture_output.hpp"
#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "stages/checks/checks.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

/// A text is the user's own script for sh; a list never meets a shell.
enum class Form { arguments, script };

class CommandCheck final : public HealthCheck {
 public:
  CommandCheck(std::vector<expr::Template> arguments, Form form)
      : arguments_(std::move(arguments)), form_(form) {}

  [[nodiscard]] std::string describe(const expr::Scope& scope) const override {
    std::vector<std::string> words;
    for (const expr::Template& argument : arguments_)
      words.push_back(form_ == Form::script ? shown(argument, scope)
                                            : shell_quoted(shown(argument, scope)));
    return "command " + printable(join(words, " "));
  }

  Result<std::string> probe(StageContext& context, SteadyTime deadline,
                            const CancelToken& cancel) const override {
    constexpr std::size_t enough_to_quote = 4096;
    CaptureOutput output{enough_to_quote};
    StageCommand command;
    if (form_ == Form::script) command.argv = {"sh", "-e", "-c"};
    for (const expr::Template& argument : arguments_)
      command.argv.push_back(TRY(argument.evaluate(context.scope)));
    command.limit = {deadline, std::chrono::ceil<Milliseconds>(deadline - context.clock.steady())};
    command.output = &output;
    command.cancel = cancel;
    const CommandEnd end = TRY(run_command(context, command));
    if (end.success()) return "exit code 0";
    const Outcome outcome = outcome_of(end);
    if (outcome.status == Status::cancelled) return fail(Fault::cancelled, outcome.reason);
    const std::string said = printable(context.redactor.redact(output.last_line()));
    return fail(Fault::step,
                fmt::format("{}, want 0{}{}", outcome.reason, said.empty() ? "" : ": ", said));
  }

 private:
  std::vector<expr::Template> arguments_;
  Form form_;
};

class CommandCheckKind final : public HealthCheckKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "command"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A command ends with exit code 0";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {
        {"command",
         R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]})",
         "A list of arguments, or a text that sh runs; in the stage's environment"}};
  }
  [[nodiscard]] std::unique_ptr<HealthCheck> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    const auto node = reader.node("command");
    const Form form = node && node->kind() == yaml::Kind::scalar ? Form::script : Form::arguments;
    std::vector<expr::Template> arguments;
    for (const yaml::Node& item : reader.strings("command")) {
      auto text = expr::Template::parse(item.text(), item.span(), context.diagnostics);
      if (!text) continue;
      if (form == Form::script)
        text->check_shell(context.names, context.diagnostics);
      else
        text->check(context.names, context.diagnostics);
      arguments.push_back(std::move(*text));
    }
    if (arguments.empty() && context.diagnostics.error_count() == errors)
      context.diagnostics.error(reader.self().span(), "`command` needs a command");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<CommandCheck>(std::move(arguments), form);
  }
};

}  // namespace

std::unique_ptr<HealthCheckKind> make_command_check() {
  return std::make_unique<CommandCheckKind>();
}

}  // namespace pipectl::stages
