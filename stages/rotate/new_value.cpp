#include "stages/rotate/new_value.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>

#include "core/api/capture_output.hpp"
#include "core/api/run_command.hpp"
#include "core/base/base64.hpp"
#include "core/base/text.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;  ///< Kubernetes takes no more

/// Base64 in the alphabet that every header, address and shell leaves alone.
Result<std::string> random_text(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1)
    return fail(Fault::infrastructure, "the system gave no random bytes");
  std::string text = encode_base64(bytes);
  std::erase(text, '=');
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::vector<expr::Template>> parse_argv(yaml::Node list,
                                                      const ParseContext& context) {
  if (list.kind() != yaml::Kind::sequence || list.size() == 0) {
    context.diagnostics.error(list.span(), "the command must be a list of its arguments",
                              "`value: {command: [./issue-key, --for, app]}`");
    return std::nullopt;
  }
  std::vector<expr::Template> argv;
  for (const yaml::Node item : list.items()) {
    const auto text = yaml::read_string(item, "command", context.diagnostics);
    if (!text) return std::nullopt;
    auto word = expr::Template::parse(*text, item.span(), context.diagnostics);
    if (!word) return std::nullopt;
    word->check(context.names, context.diagnostics);
    argv.push_back(std::move(*word));
  }
  return argv;
}

/// One line break at its end is the command's, not the value's.
std::string without_line_break(std::string value) {
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

}  // namespace

std::optional<NewValue> NewValue::parse(yaml::Reader& reader, const ParseContext& context) {
  Diagnostics& diagnostics = context.diagnostics;
  const std::size_t errors = diagnostics.error_count();
  const auto node = reader.node("value");
  if (!node || node->kind() != yaml::Kind::mapping || node->size() != 1) {
    diagnostics.error(node ? node->span() : context.stage.where,
                      "`value` must say where the new value comes from",
                      "one of: `value: {random: 32}`, `value: {command: [./issue-key]}`, `value: "
                      "{secret: NEW_API_KEY}`");
    return std::nullopt;
  }
  yaml::Reader keys{*node, "`value`", diagnostics};
  NewValue value;
  value.random_ = static_cast<std::size_t>(keys.integer("random", 16, 512).value_or(0));
  if (const auto command = keys.node("command"))
    value.command_ = parse_argv(*command, context).value_or(std::vector<expr::Template>{});
  value.secret_ = keys.string("secret").value_or("");
  const auto& granted = context.stage.secrets;
  if (!value.secret_.empty() && std::ranges::find(granted, value.secret_) == granted.end())
    diagnostics.error(keys.node("secret")->span(),
                      fmt::format("this stage is not granted '{}'", printable(value.secret_)),
                      fmt::format("`secrets: [{}]` grants it", value.secret_));
  keys.finish();
  if (diagnostics.error_count() > errors) return std::nullopt;
  return value;
}

std::string NewValue::preview(const expr::Scope& scope) const {
  if (random_ > 0) return fmt::format("new value: {} random bytes", random_);
  if (!secret_.empty()) return fmt::format("new value: secret {}", secret_);
  std::vector<std::string> words;
  for (const auto& word : command_) words.push_back(shell_quoted(shown(word, scope)));
  return "new value: what `" + join(words, " ") + "` prints";
}

Result<std::string> NewValue::ask(StageContext& context, SecretKeeper& keeper) const {
  CaptureOutput output{most_bytes};
  StageCommand command;
  for (const auto& word : command_) command.argv.push_back(TRY(word.evaluate(context.scope)));
  command.output = &output;
  const auto end = TRY(run_command(context, command));
  const Outcome outcome = outcome_of(end);
  if (outcome.status == Status::cancelled) return fail(Fault::cancelled, outcome.reason);
  std::string value = without_line_break(output.out());
  // What it complains of may hold what it has printed.
  if (!value.empty()) TRY(keeper.hide("the new value", value));
  const std::string program = printable(command.argv.front());
  if (outcome.status != Status::succeeded)
    return fail(Fault::step,
                fmt::format("`{}` gave no new value: {}{}", program, outcome.reason,
                            output.err().empty() ? "" : ": " + printable(trim(output.err()))));
  if (!output.out_is_whole() || value.empty())
    return fail(Fault::step, fmt::format("`{}` printed {}", program,
                                         value.empty() ? "nothing" : "more than a secret holds"));
  return value;
}

Result<FreshValue> NewValue::make(const std::string& secret, StageContext& context,
                                  SecretKeeper& keeper) const {
  FreshValue fresh;
  if (!command_.empty()) {
    fresh = {TRY(ask(context, keeper)), true};
  } else if (random_ > 0) {
    fresh.text = TRY(random_text(random_));
  } else {
    const auto found = context.secrets.find(secret_);
    if (found == context.secrets.end())
      return fail(Fault::usage, fmt::format("secret {} has no value here", secret_),
                  "it is to be the new one");
    fresh.text = found->second;
  }
  TRY(keeper.hide(secret, fresh.text));
  return fresh;
}

}  // namespace pipectl::stages
