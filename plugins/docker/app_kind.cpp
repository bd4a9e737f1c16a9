#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/docker/app_target.hpp"
#include "plugins/docker/docker.hpp"

namespace pipectl::docker {
namespace {

class AppSpec final : public DeployTargetSpec {
 public:
  explicit AppSpec(AppSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] DeployAbilities abilities() const noexcept override {
    return {.beside = true, .settles = true, .records = true};
  }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{"docker", Presence::required}};
  }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    const std::string name = shown(settings_.name, scope);
    const std::string replicas = shown(settings_.replicas, scope);
    std::string line = "docker";
    if (!settings_.context.text().empty()) line += " --context " + shown(settings_.context, scope);
    line += fmt::format(" run --detach {} ({} x, as {}-RUN-N)", shown(settings_.image, scope),
                        replicas.empty() ? "1" : replicas, name);
    std::vector<std::string> lines{std::move(line)};
    if (settings_.proxy) lines.push_back(preview_switch(name, scope));
    return lines;
  }
  [[nodiscard]] std::vector<std::string> preview_undo(const expr::Scope&) const override {
    return {"back to the release that is recorded in the engine"};
  }
  Result<std::vector<std::string>> compare(StageContext& context) const override {
    const AppNames names = TRY(names_of(settings_, context));
    return compare_app(settings_, names, TRY(client_of(settings_, context)), context);
  }
  Result<std::unique_ptr<DeployTarget>> open(StageContext& context,
                                             DeployPurpose purpose) const override {
    auto target = std::make_unique<AppTarget>(context, TRY(client_of(settings_, context)),
                                              TRY(names_of(settings_, context)));
    TRY(target->open(settings_, purpose));
    return target;
  }

 private:
  [[nodiscard]] std::string preview_switch(const std::string& name,
                                           const expr::Scope& scope) const {
    const std::string container = shown(settings_.proxy->container, scope);
    return fmt::format("docker exec {} nginx -s reload",
                       container.empty() ? name + "-proxy" : container);
  }

  AppSettings settings_;
};

class AppKind final : public DeployTargetKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "docker"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Deploys containers to a Docker engine, behind a proxy that is switched";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"required":["name","image"],"properties":{)"
           R"("name":{"type":"string","description":"Of the app in the engine"},)"
           R"("context":{"type":"string","description":"Of the docker program; default: $DOCKER_HOST or the current one"},)"
           R"("image":{"type":"string"},)"
           R"("pull":{"enum":["missing","always","never"],"description":"Default: missing"},)"
           R"("command":{"$ref":"#/$defs/texts","description":"Behind the image; default: the image's own"},)"
           R"("replicas":{"type":["integer","string"],"description":"How many containers; default: 1"},)"
           R"("port":{"type":"integer","minimum":1,"maximum":65535,"description":"That they listen on"},)"
           R"("network":{"type":"string","description":"Made when it is absent; default: the name"},)"
           R"("env":{"type":"object","additionalProperties":{"type":["string","integer","number","boolean"]}},)"
           R"("secrets":{"$ref":"#/$defs/texts","description":"Granted secrets, as files below /run/secrets"},)"
           R"("volumes":{"$ref":"#/$defs/texts","description":"NAME:PATH or PATH:PATH[:ro]; both sets have them"},)"
           R"("cpus":{"type":["number","string"]},)"
           R"("memory":{"type":["string","integer"]},)"
           R"("healthcheck":{"type":"object","additionalProperties":false,"description":"In place of the image's HEALTHCHECK","properties":{)"
           R"("command":{"type":"string","description":"For a shell in the container"},)"
           R"("interval":{"type":["string","integer"],"description":"Default: 2s"},)"
           R"("timeout":{"type":["string","integer"],"description":"Default: 5s"},)"
           R"("start_period":{"type":["string","integer"],"description":"While failures do not count"},)"
           R"("retries":{"type":"integer","minimum":1}}},)"
           R"("proxy":{"type":"object","additionalProperties":false,"description":"What requests come through; without it: nothing is switched","properties":{)"
           R"("image":{"type":"string","description":"An nginx that pipectl runs as NAME-proxy"},)"
           R"("container":{"type":"string","description":"Or one that you run"},)"
           R"("publish":{"$ref":"#/$defs/texts","description":"Its ports on the host: 80:80"},)"
           R"("config":{"type":"string","description":"Its nginx.conf in the workspace; default: one that passes everything on"},)"
           R"("drain":{"type":["string","integer"],"description":"How long open requests of the old set may last; default: 30s"}}}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployTargetSpec> parse(
      yaml::Node value, const ParseContext& context) const override {
    auto settings = parse_app(value, context);
    return settings ? std::make_unique<AppSpec>(*std::move(settings)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<DeployTargetKind> make_app_target() { return std::make_unique<AppKind>(); }

}  // namespace pipectl::docker
