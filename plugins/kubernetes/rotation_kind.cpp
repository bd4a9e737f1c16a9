#include <fmt/format.h>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "plugins/kubernetes/kubernetes.hpp"
#include "plugins/kubernetes/rotation.hpp"
#include "plugins/kubernetes/templates.hpp"

namespace pipectl::plugins {
namespace {

using namespace kubernetes;

constexpr const char* workload_hint =
    "`app` is a Deployment; others are written `statefulset/db`, `daemonset/agent`";

Result<Restartable> restartable_of(const std::string& text) {
  if (auto workload = parse_restartable(text)) return *std::move(workload);
  return fail(Fault::usage,
              fmt::format("'{}' is nothing that could be started anew", printable(text)),
              workload_hint);
}

std::string reference(const std::string& text) {
  const auto workload = parse_restartable(text);
  return workload ? workload->reference() : text;
}

class KubernetesRotationPlace final : public StageRunner, public RotationPlace {
 public:
  explicit KubernetesRotationPlace(RotationSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{"kubectl", Presence::required}};
  }

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    auto lines = preview_put(scope);
    for (auto& line : preview_retire(scope)) lines.push_back(std::move(line));
    return lines;
  }
  Outcome run(StageContext& /*context*/) const override {
    return outcome_of(Error{Fault::bug, "a place of a secret is opened, not run", {}});
  }

  [[nodiscard]] std::vector<std::string> preview_put(const expr::Scope& scope) const override {
    const std::string secret = shown(settings_.secret, scope);
    std::string beside;
    if (!settings_.previous.empty()) beside = fmt::format(", {} the old one", settings_.previous);
    std::vector<std::string> lines{
        fmt::format("kubectl create --filename=-{} (Secret {}-rotation with both values, until it "
                    "is done)",
                    where(scope), secret),
        fmt::format("kubectl replace --filename=-{} (Secret {}: {} gets the new value{})",
                    where(scope), secret, settings_.key, beside)};
    add_restarts(scope, lines);
    return lines;
  }

  [[nodiscard]] std::vector<std::string> preview_retire(const expr::Scope& scope) const override {
    if (settings_.previous.empty()) return {};
    std::vector<std::string> lines{
        fmt::format("kubectl replace --filename=-{} (Secret {}: without {})", where(scope),
                    shown(settings_.secret, scope), settings_.previous)};
    add_restarts(scope, lines);
    return lines;
  }

  Result<std::unique_ptr<RotationTarget>> open(StageContext& context) const override {
    const auto& scope = context.scope;
    RotationAim place;
    place.access = {TRY(settings_.name_space.evaluate(scope)),
                    TRY(settings_.context.evaluate(scope)),
                    TRY(settings_.kubeconfig.evaluate(scope)), settings_.request_timeout};
    place.secret = TRY(settings_.secret.evaluate(scope));
    place.key = settings_.key;
    place.previous = settings_.previous;
    for (const auto& one : settings_.restart)
      place.restart.push_back(TRY(restartable_of(TRY(one.evaluate(scope)))));
    place.deadline = settings_.deadline;
    auto target = std::make_unique<KubernetesRotation>(context, std::move(place));
    TRY(target->open());
    return target;
  }

 private:
  [[nodiscard]] std::string where(const expr::Scope& scope) const {
    if (settings_.name_space.text().empty()) return {};
    return " --namespace=" + shown(settings_.name_space, scope);
  }
  void add_restarts(const expr::Scope& scope, std::vector<std::string>& lines) const {
    for (const auto& one : settings_.restart)
      for (const char* verb : {"restart", "status"})
        lines.push_back(fmt::format("kubectl rollout {} {}{}", verb, reference(shown(one, scope)),
                                    where(scope)));
  }

  RotationSettings settings_;
};

/// As a path into JSON and as a name that Kubernetes takes.
bool is_key(std::string_view key) {
  constexpr std::string_view known =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !key.empty() && key.find_first_not_of(known) == std::string_view::npos;
}

std::string read_key(std::string_view name, yaml::Reader& reader) {
  const auto key = reader.string(name);
  if (!key) return {};
  if (!is_key(*key))
    reader.diagnostics().error(reader.node(name)->span(),
                               fmt::format("'{}' is no key of a Secret", printable(*key)),
                               "letters, digits, '-', '_' and '.' make one");
  return std::string{*key};
}

void check(const RotationSettings& settings, yaml::Node value, Diagnostics& diagnostics) {
  if (settings.secret.text().empty() || settings.key.empty())
    diagnostics.error(value.span(), "`kubernetes` needs the `secret` and the `key` in it",
                      "`kubernetes: {secret: app-secrets, key: API_KEY, restart: [app]}`");
  else if (settings.restart.empty())
    diagnostics.error(value.span(), "nobody would read the new value",
                      "name the workloads that use it: `restart: [app, statefulset/db]`");
  else if (settings.previous == settings.key)
    diagnostics.error(value.span(), "`previous` and `key` are the same",
                      "the old value needs a key of its own while both are valid");
}

constexpr std::string_view type =
    R"({"type":"object","additionalProperties":false,"required":["secret","key","restart"],)"
    R"("properties":{"secret":{"type":"string"},"key":{"type":"string"},)"
    R"("previous":{"type":"string","description":"Key in it that holds the old value while both are valid"},)"
    R"("restart":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}],"description":"What is started anew, one after the other: Deployments by name, `statefulset/NAME`, `daemonset/NAME`"},)"
    R"("deadline":{"type":["string","integer"],"description":"How long one of them may take; default: 2m"},)"
    R"("namespace":{"type":"string"},"context":{"type":"string"},"kubeconfig":{"type":"string"},)"
    R"("request_timeout":{"type":["string","integer"],"description":"Of one request to the API server; default: 20s"}}})";

class KubernetesRotationMethod final : public StageMethod {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "rotate"; }
  [[nodiscard]] KeyDoc key() const override {
    return {"kubernetes", type, "A key of a Secret in a cluster, and the workloads that read it"};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    yaml::Reader reader{value, "`kubernetes`", context.diagnostics};
    RotationSettings settings;
    settings.secret = read_template("secret", reader, context);
    settings.key = read_key("key", reader);
    settings.previous = read_key("previous", reader);
    for (const yaml::Node& one : reader.strings("restart")) {
      auto text = parse_template(one, context);
      if (text && text->is_literal() && !parse_restartable(text->text()))
        context.diagnostics.error(
            one.span(),
            fmt::format("'{}' is nothing that could be started anew", printable(text->text())),
            workload_hint);
      if (text) settings.restart.push_back(std::move(*text));
    }
    settings.name_space = read_template("namespace", reader, context);
    settings.context = read_template("context", reader, context);
    settings.kubeconfig = read_template("kubeconfig", reader, context);
    settings.deadline = reader.duration("deadline").value_or(settings.deadline);
    settings.request_timeout =
        reader.duration("request_timeout").value_or(settings.request_timeout);
    reader.finish();
    if (context.diagnostics.error_count() == errors) check(settings, value, context.diagnostics);
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<KubernetesRotationPlace>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<StageMethod> make_kubernetes_rotation() {
  return std::make_unique<KubernetesRotationMethod>();
}

}  // namespace pipectl::plugins
