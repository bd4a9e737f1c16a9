#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/base/text.hpp"
#include "stages/checks/checks.hpp"
#include "stages/checks/json_expectation.hpp"
#include "stages/checks/status_set.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

using NamedTemplates = std::vector<std::pair<std::string, expr::Template>>;

struct Expected {
  StatusSet status;
  NamedTemplates json;  ///< path -> value
  std::optional<expr::Template> contains;
};

class HttpCheck final : public HealthCheck {
 public:
  HttpCheck(std::string method, expr::Template url, NamedTemplates headers, Expected expected)
      : method_(std::move(method)),
        url_(std::move(url)),
        headers_(std::move(headers)),
        expected_(std::move(expected)) {}

  [[nodiscard]] std::string describe(const expr::Scope& scope) const override {
    return shown(url_, scope);
  }

  Result<std::string> probe(StageContext& context, SteadyTime deadline,
                            const CancelToken& cancel) const override {
    const SteadyTime start = context.clock.steady();
    HttpRequest request;
    request.method = method_;
    request.url = TRY(url_.evaluate(context.scope));
    for (const auto& [name, value] : headers_)
      request.headers.emplace_back(name, TRY(value.evaluate(context.scope)));
    request.timeout = std::chrono::ceil<Milliseconds>(deadline - start);
    const auto response = context.client().send(request, cancel);
    if (!response) return tl::unexpected(unreachable(response.error(), request));
    TRY(compare(*response, context.scope));
    const auto took = std::chrono::floor<Milliseconds>(context.clock.steady() - start);
    return fmt::format("{} in {}", response->status, human_duration(took));
  }

 private:
  /// The message of the client begins with what it was asked, which every message here has too.
  static Error unreachable(Error error, const HttpRequest& request) {
    const std::string asked = fmt::format("{} {}: ", request.method, request.url);
    if (error.message.starts_with(asked)) error.message.erase(0, asked.size());
    if (error.fault != Fault::cancelled) error.fault = Fault::step;
    return error;
  }

  [[nodiscard]] Result<void> compare(const HttpResponse& response, const expr::Scope& scope) const {
    if (!expected_.status.contains(response.status))
      return fail(Fault::step,
                  fmt::format("{}, want {}", response.status, expected_.status.text()));
    for (const auto& [path, value] : expected_.json)
      TRY(expect_json(response.body, path, TRY(value.evaluate(scope))));
    if (!expected_.contains) return {};
    const std::string wanted = TRY(expected_.contains->evaluate(scope));
    if (response.body.find(wanted) == std::string::npos)
      return fail(Fault::step, fmt::format("the answer does not contain '{}'", printable(wanted)));
    return {};
  }

  std::string method_;
  expr::Template url_;
  NamedTemplates headers_;
  Expected expected_;
};

NamedTemplates read_map(std::string_view key, yaml::Reader& reader, const ParseContext& context) {
  NamedTemplates map;
  const auto node = reader.node(key);
  if (!node) return map;
  if (node->kind() != yaml::Kind::mapping) {
    context.diagnostics.error(node->span(), fmt::format("`{}` must be a mapping", key));
    return map;
  }
  for (const yaml::Node::Entry entry : node->entries()) {
    if (entry.value.kind() != yaml::Kind::scalar) {
      context.diagnostics.error(entry.value.span(),
                                fmt::format("a value in `{}` must be a text or a number", key));
      continue;
    }
    auto value = expr::Template::parse(entry.value.text(), entry.value.span(), context.diagnostics);
    if (!value) continue;
    value->check(context.names, context.diagnostics);
    map.emplace_back(std::string{entry.key.text()}, std::move(*value));
  }
  return map;
}

StatusSet read_status(yaml::Reader& reader) {
  const auto nodes = reader.strings("status");
  if (nodes.empty()) return {};
  std::vector<std::string_view> parts;
  parts.reserve(nodes.size());
  for (const yaml::Node& node : nodes) parts.push_back(node.text());
  const auto set = StatusSet::parse(parts);
  if (set) return *set;
  reader.diagnostics().error(nodes.front().span(), "`status` holds no HTTP status",
                             "a number, a range as '200-299', or a list of these");
  return {};
}

class HttpCheckKind final : public HealthCheckKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "http"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A URL answers as it should";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    constexpr std::string_view map =
        R"({"type":"object","additionalProperties":{"type":["string","number","boolean"]}})";
    return {
        {"http", R"({"type":"string"})", "The URL; https is always verified"},
        {"method", R"({"enum":["GET","HEAD","POST","OPTIONS"]})", "Default: GET"},
        {"headers", map, "Sent with the request"},
        {"status",
         R"({"anyOf":[{"type":["integer","string"]},{"type":"array","items":{"type":["integer","string"]}}]})",
         "Healthy statuses: 200 (the default), '200-299', or a list; redirects are not followed"},
        {"json", map, "Values by path that the JSON answer must have: `status` or `/checks/0/ok`"},
        {"contains", R"({"type":"string"})", "A text that the answer must contain"},
    };
  }
  [[nodiscard]] std::unique_ptr<HealthCheck> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    constexpr std::array<std::string_view, 4> methods{"GET", "HEAD", "POST", "OPTIONS"};
    const std::size_t errors = context.diagnostics.error_count();
    auto url = read_template("http", reader, context);
    if (url && url->is_literal() && !url->text().starts_with("http://") &&
        !url->text().starts_with("https://"))
      context.diagnostics.error(url->where(), fmt::format("'{}' is no URL", printable(url->text())),
                                "write it whole: http://HOST:PORT/PATH");
    if (!url && context.diagnostics.error_count() == errors)
      context.diagnostics.error(reader.self().span(), "`http` needs a URL");
    const auto method = reader.choice("method", methods);
    auto headers = read_map("headers", reader, context);
    Expected expected{read_status(reader), read_map("json", reader, context),
                      read_template("contains", reader, context)};
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<HttpCheck>(std::string{method.value_or("GET")}, std::move(*url),
                                       std::move(headers), std::move(expected));
  }
};

}  // namespace

std::unique_ptr<HealthCheckKind> make_http_check() { return std::make_unique<HttpCheckKind>(); }

}  // namespace pipectl::stages
