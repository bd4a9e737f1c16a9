#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "stages/load/spec.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages::load {
namespace {

class Parser {
 public:
  Parser(yaml::Node value, const ParseContext& context)
      : context_(context),
        reader_(value, fmt::format("`load` of stage '{}'", context.stage.name),
                context.diagnostics) {}

  std::optional<LoadSpec> parse() {
    const std::size_t errors = context_.diagnostics.error_count();
    read_scenarios();
    read_timeout();
    spec_.profile = read_profile(reader_, context_);
    if (const auto serve = reader_.node("serve")) spec_.serve = parse_serve(*serve, context_);
    for (const yaml::Node& host : reader_.strings("allow_hosts"))
      spec_.allow_hosts.emplace_back(host.text());
    reader_.finish();
    if (context_.diagnostics.error_count() > errors) return std::nullopt;
    return std::move(spec_);
  }

 private:
  void error(Span where, std::string message, std::string hint = {}) {
    context_.diagnostics.error(where, std::move(message), std::move(hint));
  }

  void read_timeout() {
    const auto timeout = reader_.duration("timeout");
    if (!timeout) return;
    spec_.timeout = *timeout;
    if (timeout->count() <= 0)
      error(reader_.node("timeout")->span(), "`timeout` must be longer than nothing");
  }

  /// Either `scenarios`, or one request as `url` and what belongs to it.
  void read_scenarios() {
    const auto scenarios = reader_.node("scenarios");
    if (!scenarios) {
      ScenarioSpec only;
      only.requests.push_back(read_request(reader_));
      spec_.scenarios.push_back(std::move(only));
      return;
    }
    if (reader_.node("url"))
      error(scenarios->span(), "`url` and `scenarios` exclude each other",
            "each request of a scenario has its own `url`");
    if (scenarios->kind() != yaml::Kind::mapping || scenarios->size() == 0)
      return error(scenarios->span(), "`scenarios` must be a mapping from names to scenarios");
    for (const auto& entry : scenarios->entries()) read_scenario(entry);
  }

  void read_scenario(const yaml::Node::Entry& entry) {
    ScenarioSpec scenario;
    scenario.name = entry.key.text();
    yaml::Reader reader{entry.value, fmt::format("scenario '{}'", printable(scenario.name)),
                        context_.diagnostics};
    scenario.weight = reader.integer("weight", 1, 1'000'000).value_or(1);
    const auto requests = reader.node("requests");
    if (!requests) {
      scenario.requests.push_back(read_request(reader));
    } else if (requests->kind() != yaml::Kind::sequence || requests->size() == 0) {
      error(requests->span(), "`requests` must be a list of requests");
    } else {
      for (const auto& item : requests->items()) {
        yaml::Reader one{item, fmt::format("a request of scenario '{}'", printable(scenario.name)),
                         context_.diagnostics};
        scenario.requests.push_back(read_request(one));
        one.finish();
      }
    }
    reader.finish();
    check_captured(scenario, context_.diagnostics);
    spec_.scenarios.push_back(std::move(scenario));
  }

  RequestSpec read_request(yaml::Reader& reader) {
    static constexpr std::array<std::string_view, 7> methods{"GET",    "POST", "PUT",    "PATCH",
                                                             "DELETE", "HEAD", "OPTIONS"};
    RequestSpec request;
    request.method = reader.choice("method", methods).value_or("GET");
    if (auto url = read_template("url", reader, context_)) {
      request.url = *std::move(url);
      if (request.url.check(context_.names, context_.diagnostics) == expr::Origin::outside)
        spec_.hosts = expr::Origin::outside;
    } else if (!reader.node("url")) {
      error(reader.self().span(), fmt::format("{} has no `url`", reader.what()));
    }
    request.body = read_template("body", reader, context_);
    request.contains = read_template("contains", reader, context_);
    request.think = reader.duration("think").value_or(Milliseconds{0});
    read_headers(reader, request);
    read_status(reader, request);
    read_captures(reader, request);
    return request;
  }

  void read_headers(yaml::Reader& reader, RequestSpec& request) {
    const auto headers = reader.node("headers");
    if (!headers) return;
    if (headers->kind() != yaml::Kind::mapping)
      return error(headers->span(), "`headers` must be a mapping");
    for (const auto& entry : headers->entries()) {
      auto value =
          entry.value.kind() == yaml::Kind::scalar
              ? expr::Template::parse(entry.value.text(), entry.value.span(), context_.diagnostics)
              : std::nullopt;
      if (!value) continue;
      value->check(context_.names, context_.diagnostics);
      request.headers.emplace_back(std::string{entry.key.text()}, *std::move(value));
    }
  }

  void read_status(yaml::Reader& reader, RequestSpec& request) {
    const auto nodes = reader.strings("status");
    if (nodes.empty()) return;
    std::vector<std::string_view> parts;
    parts.reserve(nodes.size());
    for (const yaml::Node& node : nodes) parts.push_back(node.text());
    if (const auto set = StatusSet::parse(parts))
      request.status = *set;
    else
      error(nodes.front().span(), "`status` holds no HTTP status",
            "a number, a range as '200-299', or a list of these");
  }

  const ParseContext& context_;
  yaml::Reader reader_;
  LoadSpec spec_;
};

}  // namespace

const char* const load_schema =
    R"({"type":"object","additionalProperties":false,"properties":{)"
    R"("url":{"type":"string"},"method":{"type":"string"},"headers":{"type":"object"},)"
    R"("body":{"type":"string"},"status":{},"contains":{"type":"string"},"think":{"$ref":"#/$defs/duration"},)"
    R"("capture":{"type":"object"},"scenarios":{"type":"object"},"serve":{"type":"object"},"rate":{"type":["string","number"]},"users":{"type":["integer","string"]},)"
    R"("stages":{"type":"array"},"duration":{"anyOf":[{"$ref":"#/$defs/duration"},{"type":"string"}]},)"
    R"("warmup":{"anyOf":[{"$ref":"#/$defs/duration"},{"type":"string"}]},"timeout":{"$ref":"#/$defs/duration"},)"
    R"("allow_hosts":{"$ref":"#/$defs/texts"}}})";

std::optional<LoadSpec> parse_load(yaml::Node value, const ParseContext& context) {
  return Parser{value, context}.parse();
}

}  // namespace pipectl::stages::load
