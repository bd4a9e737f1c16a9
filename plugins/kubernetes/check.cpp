#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"
#include "plugins/kubernetes/kubernetes.hpp"
#include "plugins/kubernetes/service_http.hpp"
#include "plugins/kubernetes/templates.hpp"

namespace pipectl::plugins {
namespace {

using namespace kubernetes;
using nlohmann::json;

/// What the file says of one check.
struct Wanted {
  expr::Template deployment;
  expr::Template service;
  expr::Template path;
  expr::Template name_space;
  expr::Template context;
  expr::Template kubeconfig;
};

class KubernetesCheck final : public HealthCheck {
 public:
  explicit KubernetesCheck(Wanted wanted) : wanted_(std::move(wanted)) {}

  [[nodiscard]] std::string describe(const expr::Scope& scope) const override {
    std::vector<std::string> parts;
    if (!wanted_.deployment.text().empty())
      parts.push_back("deployment/" + shown(wanted_.deployment, scope));
    if (!wanted_.service.text().empty())
      parts.push_back("service/" + shown(wanted_.service, scope) + shown(wanted_.path, scope));
    return printable("kubernetes " + join(parts, ", "));
  }

  Result<std::string> probe(StageContext& context, SteadyTime deadline,
                            const CancelToken& cancel) const override {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - context.clock.steady());
    Access access = TRY(place(context));
    access.request_timeout = std::max(left, Milliseconds{1});
    const Kubectl kubectl{context, access};
    const DeployWork work{Lifetime::stage, TimeLimit{deadline, left}};
    std::vector<std::string> seen;
    if (const auto name = TRY(wanted_.deployment.evaluate(context.scope)); !name.empty())
      seen.push_back(TRY(pods_ready(kubectl, name, work)));
    if (const auto written = TRY(wanted_.service.evaluate(context.scope)); !written.empty()) {
      const auto colon = written.find(':');
      const std::string name = written.substr(0, colon);
      seen.push_back(TRY(has_endpoints(kubectl, name, work)));
      const auto path = TRY(wanted_.path.evaluate(context.scope));
      if (path.empty()) return join(seen, ", ");
      const std::string port = colon == std::string::npos ? TRY(port_of(kubectl, name, work))
                                                          : written.substr(colon + 1);
      seen.push_back(
          TRY(answers(kubectl, fmt::format("{}:{}{}", name, port, path), {left, cancel})));
    }
    return join(seen, ", ");
  }

 private:
  struct Patience {
    Milliseconds limit;
    const CancelToken& cancel;
  };

  /// Where the stage itself deploys to, but for what the check says. A context is one of its
  /// kubeconfig.
  [[nodiscard]] Result<Access> place(const StageContext& context) const {
    Access access;
    if (const auto* own = dynamic_cast<const ServiceHttp*>(context.route)) access = own->access();
    const auto kubeconfig = TRY(wanted_.kubeconfig.evaluate(context.scope));
    const auto name = TRY(wanted_.context.evaluate(context.scope));
    const auto name_space = TRY(wanted_.name_space.evaluate(context.scope));
    if (!kubeconfig.empty()) access.context.clear();
    if (!kubeconfig.empty()) access.kubeconfig = kubeconfig;
    if (!name.empty()) access.context = name;
    if (!name_space.empty()) access.name_space = name_space;
    return access;
  }

  static Result<json> read(const Kubectl& kubectl, std::vector<std::string> argv,
                           const DeployWork& work) {
    argv.insert(argv.begin(), "get");
    argv.emplace_back("--output=json");
    const std::string text = TRY(kubectl.run({.argv = std::move(argv), .work = work}));
    return json::parse(text, nullptr, false);
  }

  static Result<std::string> pods_ready(const Kubectl& kubectl, const std::string& name,
                                        const DeployWork& work) {
    const json found = TRY(read(kubectl, {"deployment", name}, work));
    const long want = number_at(found, "/spec/replicas", 1);
    const long ready = number_at(found, "/status/readyReplicas", 0);
    const long updated = number_at(found, "/status/updatedReplicas", 0);
    const bool seen = number_at(found, "/status/observedGeneration", 0) >=
                      number_at(found, "/metadata/generation", 0);
    if (!seen || ready < want || updated < want)
      return fail(Fault::step, fmt::format("{} of {} pods ready", std::min(ready, updated), want));
    return fmt::format("{} of {} pods ready", ready, want);
  }

  static Result<std::string> has_endpoints(const Kubectl& kubectl, const std::string& name,
                                           const DeployWork& work) {
    const json found = TRY(read(kubectl, {"endpoints", name}, work));
    std::size_t count = 0;
    for (const json& subset : items_at(found, "/subsets"))
      count += items_at(subset, "/addresses").size();
    if (count == 0) return fail(Fault::step, fmt::format("service '{}' has no endpoints", name));
    return fmt::format("{} endpoints", count);
  }

  /// Where none is written: 80, as in a URL, if the service has it, else its first one.
  static Result<std::string> port_of(const Kubectl& kubectl, const std::string& name,
                                     const DeployWork& work) {
    constexpr long usual = 80;
    const json found = TRY(read(kubectl, {"service", name}, work));
    long first = 0;
    for (const json& port : items_at(found, "/spec/ports")) {
      const long number = number_at(port, "/port", 0);
      if (number == usual) return std::to_string(usual);
      if (first == 0) first = number;
    }
    return std::to_string(first == 0 ? usual : first);
  }

  /// `app:80/health`.
  static Result<std::string> answers(const Kubectl& kubectl, const std::string& where,
                                     const Patience& patience) {
    ServiceHttp http{kubectl};
    HttpRequest request;
    request.url = "http://" + where;
    request.timeout = patience.limit;
    const auto answer = TRY(http.send(request, patience.cancel));
    if (answer.status != 200)
      return fail(Fault::step, fmt::format("{} answers {}, want 200", where, answer.status));
    return fmt::format("{} answers 200", where);
  }

  Wanted wanted_;
};

class KubernetesCheckKind final : public HealthCheckKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "kubernetes"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "All pods of a Deployment are ready, a Service has endpoints and answers";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {
        {"kubernetes",
         R"({"type":"object","minProperties":1,"additionalProperties":false,"properties":{"deployment":{"type":"string"},"service":{"type":"string"},"path":{"type":"string"},"namespace":{"type":"string"},"context":{"type":"string"},"kubeconfig":{"type":"string"}}})",
         "What is looked at: `deployment`, `service` (`NAME`, `NAME:PORT`), a `path` of the "
         "service; and where"}};
  }
  [[nodiscard]] std::unique_ptr<HealthCheck> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    const auto node = reader.node("kubernetes");
    if (!node) {
      context.diagnostics.error(reader.self().span(), "`kubernetes` does not say what to look at",
                                "`{kubernetes: {deployment: app}}`");
      return nullptr;
    }
    yaml::Reader inner{*node, "the check `kubernetes`", context.diagnostics};
    Wanted wanted{
        read_template("deployment", inner, context), read_template("service", inner, context),
        read_template("path", inner, context),       read_template("namespace", inner, context),
        read_template("context", inner, context),    read_template("kubeconfig", inner, context)};
    inner.finish();
    const bool has_service = !wanted.service.text().empty();
    if (context.diagnostics.error_count() == errors &&
        ((wanted.deployment.text().empty() && !has_service) ||
         (!wanted.path.text().empty() && !has_service)))
      context.diagnostics.error(node->span(),
                                "the check `kubernetes` needs a `deployment` or a `service`",
                                "`{kubernetes: {deployment: app, service: app, path: /health}}`");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<KubernetesCheck>(std::move(wanted));
  }
};

}  // namespace

std::unique_ptr<HealthCheckKind> make_kubernetes_check() {
  return std::make_unique<KubernetesCheckKind>();
}

}  // namespace pipectl::plugins
