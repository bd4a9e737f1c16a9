#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "core/base/text.hpp"
#include "stages/load/spec.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages::load {
namespace {

constexpr double highest_rate = 1'000'000;
constexpr long most_users = 10'000;
constexpr Milliseconds longest{24LL * 60 * 60 * 1000};

/// `50/s`, `300/min`, `50`: arrivals each second.
std::optional<double> rate_of(std::string_view text) {
  double per = 1;
  if (text.ends_with("/s")) text.remove_suffix(2);
  if (text.ends_with("/min")) {
    text.remove_suffix(4);
    per = 60;
  }
  const std::string number{trim(text)};
  char* rest = nullptr;
  const double value = std::strtod(number.c_str(), &rest);
  const bool whole = rest == number.c_str() + number.size() && !number.empty();
  if (!whole || !(value > 0) || value / per > highest_rate) return std::nullopt;
  return value / per;
}

class Parser {
 public:
  Parser(yaml::Node value, const ParseContext& context)
      : context_(context),
        reader_(value, fmt::format("`load` of stage '{}'", context.stage.name),
                context.diagnostics) {}

  std::optional<LoadSpec> parse() {
    const std::size_t errors = context_.diagnostics.error_count();
    read_scenarios();
    spec_.warmup = reader_.duration("warmup").value_or(spec_.warmup);
    read_timeout();
    read_profile();
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
    for (const yaml::Node& node : nodes) parts.push_back(node.text());
    if (const auto set = StatusSet::parse(parts))
      request.status = *set;
    else
      error(nodes.front().span(), "`status` holds no HTTP status",
            "a number, a range as '200-299', or a list of these");
  }

  double read_rate(yaml::Reader& reader) {
    const auto text = reader.string("rate");
    if (!text) return 0;
    const auto rate = rate_of(*text);
    if (!rate)
      error(reader.node("rate")->span(), fmt::format("'{}' is no rate", printable(*text)),
            "such as 50/s or 300/min");
    return rate.value_or(1);
  }

  Milliseconds read_duration(yaml::Reader& reader) {
    const auto duration = reader.duration("duration");
    if (!duration) {
      if (!reader.node("duration"))
        error(reader.self().span(), fmt::format("{} has no `duration`", reader.what()));
      return Milliseconds{1};
    }
    if (duration->count() > 0 && *duration <= longest) return *duration;
    error(reader.node("duration")->span(),
          "`duration` must be longer than nothing, and a day at most");
    return Milliseconds{1};
  }

  /// `rate` and `duration`, `stages` of them, or `users` and `duration`.
  void read_profile() {
    const double rate = read_rate(reader_);
    spec_.users = reader_.integer("users", 1, most_users).value_or(0);
    const auto stages = reader_.node("stages");
    const int given = (rate > 0 ? 1 : 0) + (spec_.users > 0 ? 1 : 0) + (stages ? 1 : 0);
    if (given != 1)
      error(reader_.self().span(),
            fmt::format("{} needs one of `rate`, `users` and `stages`", reader_.what()),
            "rate: 50/s, or users: 10, or stages: [{rate: 10/s, duration: 30s}]");
    if (stages) return read_stages(*stages);
    spec_.duration = read_duration(reader_);
    if (rate > 0) spec_.phases.push_back({rate, rate, seconds(spec_.duration)});
  }

  /// From each one's rate to the next one's; the first holds its own.
  void read_stages(yaml::Node stages) {
    if (reader_.node("duration"))
      error(reader_.node("duration")->span(), "each of `stages` has its own `duration`");
    if (stages.kind() != yaml::Kind::sequence || stages.size() == 0)
      return error(stages.span(), "`stages` must be a list of rates with durations");
    double before = 0;
    for (const auto& item : stages.items()) {
      yaml::Reader one{item, "one of `stages`", context_.diagnostics};
      const double rate = read_rate(one);
      if (rate <= 0 && !one.node("rate")) error(item.span(), "one of `stages` has no `rate`");
      const Milliseconds duration = read_duration(one);
      one.finish();
      spec_.phases.push_back({before > 0 ? before : rate, rate, seconds(duration)});
      spec_.duration += duration;
      before = rate;
    }
  }

  static Seconds seconds(Milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
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
    R"("capture":{"type":"object"},"scenarios":{"type":"object"},"serve":{"type":"object"},"rate":{"type":["string","number"]},"users":{"type":"integer"},)"
    R"("stages":{"type":"array"},"duration":{"$ref":"#/$defs/duration"},)"
    R"("warmup":{"$ref":"#/$defs/duration"},"timeout":{"$ref":"#/$defs/duration"},)"
    R"("allow_hosts":{"$ref":"#/$defs/texts"}}})";

std::optional<LoadSpec> parse_load(yaml::Node value, const ParseContext& context) {
  return Parser{value, context}.parse();
}

}  // namespace pipectl::stages::load
