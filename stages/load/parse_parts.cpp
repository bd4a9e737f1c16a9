#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/config/values.hpp"
#include "stages/load/spec.hpp"

// `capture` and `serve` of a load.

namespace pipectl::stages::load {
namespace {

std::string text_of(yaml::Node node) { return std::string(node.text()); }

std::optional<Capture> read_capture(const yaml::Node::Entry& entry, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  if (!config::check_name(entry.key, "a captured value", diagnostics)) return std::nullopt;
  yaml::Reader reader{entry.value, fmt::format("capture '{}'", entry.key.text()), diagnostics};
  Capture capture{std::string(entry.key.text()), {}, {}};
  const auto header = reader.node("header");
  const auto json = reader.node("json");
  reader.finish();
  if (header.has_value() == json.has_value())
    diagnostics.error(entry.key.span(),
                      fmt::format("{} is either `json` or `header`", reader.what()),
                      "a JSON pointer into the body as '/data/id', or the name of a header");
  if (header) capture.header = text_of(*header);
  if (json) capture.pointer = text_of(*json);
  if (header && capture.header.empty()) diagnostics.error(header->span(), "`header` is empty");
  if (json && !is_pointer(capture.pointer))
    diagnostics.error(json->span(), fmt::format("'{}' is no JSON pointer", printable(json->text())),
                      "such as /data/0/id");
  if (diagnostics.error_count() > errors) return std::nullopt;
  return capture;
}

/// True when the text uses a captured value.
bool check_names(const expr::Template& text, const std::set<std::string>& known,
                 Diagnostics& diagnostics) {
  bool uses = false;
  for (const auto& name : placeholders(text.text())) {
    uses = true;
    if (known.contains(name)) continue;
    const std::vector<std::string_view> names(known.begin(), known.end());
    diagnostics.error(text.where(),
                      fmt::format("no request before this one captures '{}'", printable(name)),
                      suggestion(name, names));
  }
  return uses;
}

}  // namespace

void read_captures(yaml::Reader& reader, RequestSpec& request) {
  const auto captures = reader.node("capture");
  if (!captures) return;
  if (captures->kind() != yaml::Kind::mapping)
    return reader.diagnostics().error(captures->span(), "`capture` must be a mapping",
                                      "from names to {json: POINTER} or {header: NAME}");
  for (const auto& entry : captures->entries())
    if (auto capture = read_capture(entry, reader.diagnostics()))
      request.captures.push_back(*std::move(capture));
}

/// Where nothing is captured `{{` is a text like any other.
void check_captured(ScenarioSpec& scenario, Diagnostics& diagnostics) {
  if (std::ranges::all_of(scenario.requests,
                          [](const RequestSpec& request) { return request.captures.empty(); }))
    return;
  std::set<std::string> known;
  for (RequestSpec& request : scenario.requests) {
    const auto uses = [&](const expr::Template& text) {
      if (check_names(text, known, diagnostics)) request.uses_captured = true;
    };
    uses(request.url);
    for (const auto& [name, value] : request.headers) uses(value);
    if (request.body) uses(*request.body);
    for (const Capture& capture : request.captures) known.insert(capture.name);
  }
}

std::optional<ServeSpec> parse_serve(yaml::Node value, const ParseContext& context) {
  yaml::Reader reader{value, fmt::format("`serve` of stage '{}'", context.stage.name),
                      context.diagnostics};
  const std::size_t errors = context.diagnostics.error_count();
  ServeSpec serve;
  if (auto run = Steps::parse_script("run", reader, context))
    serve.run = *std::move(run);
  else if (context.diagnostics.error_count() == errors)
    context.diagnostics.error(value.span(), fmt::format("{} has no `run`", reader.what()));
  const auto health = reader.node("health");
  if (!health)
    context.diagnostics.error(value.span(), fmt::format("{} has no `health`", reader.what()),
                              "how it is known to be ready: [{http: 'http://127.0.0.1:3000/'}]");
  else if (auto checks = parse_checks(*health, "`health`", context))
    serve.health = *std::move(checks);
  reader.finish();
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return serve;
}

}  // namespace pipectl::stages::load
