#include "stages/provision/tool_call.hpp"

#include <fmt/format.h>

#include "core/api/capture_output.hpp"
#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

constexpr std::size_t most_output = std::size_t{16} << 20U;
constexpr std::size_t most_complaint = std::size_t{16} << 10U;

std::optional<expr::Template> parse_text(yaml::Node node, const ParseContext& context) {
  const auto text = yaml::read_string(node, "the value", context.diagnostics);
  if (!text) return std::nullopt;
  auto parsed = expr::Template::parse(*text, node.span(), context.diagnostics);
  if (parsed) parsed->check(context.names, context.diagnostics);
  return parsed;
}

tl::expected<CommandEnd, Outcome> start(StageContext& context, const ToolCall& call,
                                        OutputSink* output) {
  StageCommand command;
  command.argv = call.argv;
  command.directory = call.directory;
  command.output = output;
  // Nobody is there to answer questions.
  command.env = {{"TF_IN_AUTOMATION", "1"}, {"TF_INPUT", "0"}, {"ANSIBLE_NOCOLOR", "1"}};
  auto end = run_command(context, command);
  if (!end) return tl::unexpected(outcome_of(end.error()));
  const bool answered = end->finished.ended == Ended::by_itself &&
                        !end->finished.status.signalled &&
                        end->finished.status.code == call.also_good;
  if (end->success() || answered) return *end;
  Outcome failed = outcome_of(*end);
  failed.reason = fmt::format("{} {}: {}", call.argv.at(0), call.argv.at(1), failed.reason);
  return tl::unexpected(std::move(failed));
}

}  // namespace

Templates read_texts(std::string_view key, yaml::Reader& reader, const ParseContext& context) {
  Templates texts;
  for (const yaml::Node& node : reader.strings(key))
    if (auto text = parse_text(node, context)) texts.push_back(std::move(*text));
  return texts;
}

NamedTemplates read_mapping(std::string_view key, yaml::Reader& reader,
                            const ParseContext& context) {
  NamedTemplates values;
  const auto node = reader.node(key);
  if (!node) return values;
  if (node->kind() != yaml::Kind::mapping) {
    context.diagnostics.error(node->span(),
                              fmt::format("`{}` must be a mapping of names to values", key));
    return values;
  }
  for (const yaml::Node::Entry entry : node->entries())
    if (auto text = parse_text(entry.value, context))
      values.emplace(std::string{entry.key.text()}, std::move(*text));
  return values;
}

tl::expected<int, Outcome> call_tool(StageContext& context, const ToolCall& call) {
  context.emit.note(fmt::format("$ {}", printable(join(call.argv, " "))));
  const auto end = start(context, call, nullptr);
  if (!end) return tl::unexpected(end.error());
  return end->finished.status.code;
}

tl::expected<std::string, Outcome> ask_tool(StageContext& context, const ToolCall& call) {
  CaptureOutput output{most_output, most_complaint};
  const auto end = start(context, call, &output);
  if (!end) {
    Outcome failed = end.error();
    if (!output.last_line().empty()) failed.reason += ": " + printable(output.last_line());
    return tl::unexpected(std::move(failed));
  }
  if (!output.out_is_whole())
    return tl::unexpected(outcome_of(
        Error{Fault::step, fmt::format("{} printed more than 16 MiB", call.argv.at(0)), {}}));
  return output.out();
}

Result<std::filesystem::path> folder_of(const StageContext& context, const expr::Template& wanted) {
  const std::string text = TRY(wanted.evaluate(context.scope));
  return text.empty() ? context.directory : (context.directory / text).lexically_normal();
}

}  // namespace pipectl::stages
