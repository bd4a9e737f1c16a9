#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/kubernetes/kubernetes.hpp"
#include "plugins/kubernetes/target.hpp"
#include "plugins/kubernetes/templates.hpp"

namespace pipectl::plugins {
namespace {

using namespace kubernetes;

class KubernetesSpec final : public DeployTargetSpec {
 public:
  explicit KubernetesSpec(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] DeployAbilities abilities() const noexcept override {
    return {.beside = true, .settles = true, .records = true, .paces = true};
  }
  /// The Secrets of the cluster stay as they are.
  [[nodiscard]] bool sends_secrets_back() const noexcept override { return false; }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    std::vector<Requirement> programs{{"kubectl", Presence::required}};
    if (!settings_.source.chart.text().empty()) programs.push_back({"helm", Presence::required});
    return programs;
  }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::string line = describe(settings_.source, scope);
    if (!settings_.name_space.text().empty())
      line += " --namespace=" + shown(settings_.name_space, scope);
    if (!settings_.image.text().empty())
      line += fmt::format(" (image {})", shown(settings_.image, scope));
    std::vector<std::string> lines;
    for (const auto& [name, keys] : settings_.secrets)
      lines.push_back(
          fmt::format("kubectl replace --filename=- (Secret {} with {})", name, join(keys, ", ")));
    lines.push_back(std::move(line));
    return lines;
  }
  [[nodiscard]] std::vector<std::string> preview_undo(const expr::Scope& /*scope*/) const override {
    return {"back to the release that is recorded in the cluster"};
  }
  Result<std::vector<std::string>> compare(StageContext& context) const override {
    Settings without_secrets = settings_;
    without_secrets.secrets.clear();
    KubernetesTarget target{context, TRY(access_of(settings_, context))};
    return target.compare(without_secrets);
  }
  Result<std::unique_ptr<DeployTarget>> open(StageContext& context,
                                             DeployPurpose purpose) const override {
    auto target = std::make_unique<KubernetesTarget>(context, TRY(access_of(settings_, context)));
    TRY(target->open(settings_, purpose));
    return target;
  }

 private:
  Settings settings_;
};

std::map<std::string, std::vector<std::string>> read_secrets(yaml::Reader& reader,
                                                             const ParseContext& context) {
  std::map<std::string, std::vector<std::string>> secrets;
  const auto node = reader.node("secrets");
  if (!node) return secrets;
  if (node->kind() != yaml::Kind::mapping) {
    reader.diagnostics().error(node->span(), "`secrets` must name Secrets and what is in them",
                               "`secrets: {app-secrets: [DB_PASSWORD]}`");
    return secrets;
  }
  yaml::Reader inner{*node, "`secrets`", context.diagnostics};
  for (const yaml::Node::Entry entry : node->entries())
    secrets[std::string{entry.key.text()}] = docker::read_granted(entry.key.text(), inner, context);
  return secrets;
}

Source read_source(yaml::Reader& reader, const ParseContext& context) {
  Source source;
  source.manifests = read_template("manifests", reader, context);
  source.kustomize = read_template("kustomize", reader, context);
  source.chart = read_template("chart", reader, context);
  source.version = read_template("version", reader, context);
  source.release = read_template("release", reader, context);
  for (const yaml::Node& file : reader.strings("values"))
    if (auto text = parse_template(file, context)) source.values.push_back(std::move(*text));
  const auto set = reader.node("set");
  if (!set) return source;
  if (set->kind() != yaml::Kind::mapping) {
    reader.diagnostics().error(set->span(), "`set` must be a mapping of names to values",
                               "`set: {image.tag: v2}`");
    return source;
  }
  for (const yaml::Node::Entry entry : set->entries())
    if (auto text = parse_template(entry.value, context))
      source.set.emplace(std::string{entry.key.text()}, std::move(*text));
  return source;
}

void check_source(const Source& source, yaml::Node value, const ParseContext& context) {
  const bool chart = !source.chart.text().empty();
  const int sources = (source.manifests.text().empty() ? 0 : 1) +
                      (source.kustomize.text().empty() ? 0 : 1) + (chart ? 1 : 0);
  if (sources != 1)
    context.diagnostics.error(value.span(),
                              sources == 0 ? "`kubernetes` has nothing to apply"
                                           : "`manifests`, `kustomize` and `chart` are different "
                                             "sources",
                              "give it one of `manifests`, `kustomize` and `chart`");
  const bool of_chart = !source.version.text().empty() || !source.release.text().empty() ||
                        !source.values.empty() || !source.set.empty();
  if (of_chart && !chart)
    context.diagnostics.error(value.span(),
                              "`version`, `release`, `values` and `set` are for a `chart`",
                              "give it a `chart`, or leave them out");
}

class KubernetesKind final : public DeployTargetKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "kubernetes"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Deploys to a cluster with kubectl";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"properties":{)"
           R"("manifests":{"type":"string","description":"A file or a folder of them"},)"
           R"("kustomize":{"type":"string","description":"A folder with a kustomization"},)"
           R"("chart":{"type":"string","description":"A Helm chart: a folder, an archive, or a reference that helm knows"},)"
           R"("version":{"type":"string","description":"Of the chart, when helm fetches it; default: the newest"},)"
           R"("release":{"type":"string","description":"Name of the chart's release; default: app"},)"
           R"("values":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}],"description":"Files of values for the chart"},)"
           R"("set":{"type":"object","additionalProperties":{"type":["string","integer","number","boolean"]},"description":"Single values for the chart, as texts: {image.tag: v2}"},)"
           R"("namespace":{"type":"string","description":"Made when it is absent; default: the context's"},)"
           R"("context":{"type":"string","description":"Of the kubeconfig; default: the current one"},)"
           R"("kubeconfig":{"type":"string","description":"Default: $KUBECONFIG"},)"
           R"("image":{"type":"string","description":"Put into the Deployment; by digest where it is known"},)"
           R"("deployment":{"type":"string","description":"The one that is rolled out; default: the only one"},)"
           R"("container":{"type":"string","description":"The one that gets the image; default: the only one, or that of the same repository"},)"
           R"("replicas":{"type":["integer","string"],"description":"Default: as in the manifests; an autoscaler's number is kept"},)"
           R"("secrets":{"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]},"description":"Secrets made of granted secrets: {app-secrets: [DB_PASSWORD]}"},)"
           R"("request_timeout":{"type":["string","integer"],"description":"Of one request to the API server, which is tried again for one and a half times as long while the server is in trouble; default: 20s"}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployTargetSpec> parse(
      yaml::Node value, const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    yaml::Reader reader{value, "`kubernetes`", context.diagnostics};
    Settings settings;
    settings.source = read_source(reader, context);
    settings.name_space = read_template("namespace", reader, context);
    settings.context = read_template("context", reader, context);
    settings.kubeconfig = read_template("kubeconfig", reader, context);
    settings.image = read_template("image", reader, context);
    settings.deployment = read_template("deployment", reader, context);
    settings.container = read_template("container", reader, context);
    settings.replicas = read_template("replicas", reader, context);
    settings.secrets = read_secrets(reader, context);
    settings.request_timeout =
        reader.duration("request_timeout").value_or(settings.request_timeout);
    reader.finish();
    if (context.diagnostics.error_count() == errors) check_source(settings.source, value, context);
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<KubernetesSpec>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<DeployTargetKind> make_kubernetes_target() {
  return std::make_unique<KubernetesKind>();
}

}  // namespace pipectl::plugins
