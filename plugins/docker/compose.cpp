#include "plugins/docker/compose.hpp"

#include <fmt/format.h>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/leftovers.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/service_env.hpp"
#include "plugins/docker/service_health.hpp"
#include "plugins/docker/service_logs.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds project_removal_limit{120'000};

}  // namespace

Result<Arguments> compose_program(const Client& client, const CancelToken& cancel) {
  const auto plugin = TRY(client.ask({"compose", "version"}, {.cancel = cancel}));
  if (plugin.success()) return Arguments{"docker", "compose"};
  const auto program = client.run({"docker-compose", "version"}, {.cancel = cancel});
  if (program && program->success()) return Arguments{"docker-compose"};
  if (!program && program.error().fault == Fault::cancelled) return tl::unexpected(program.error());
  return fail(Fault::infrastructure, "there is neither `docker compose` nor `docker-compose`",
              "install docker-compose-plugin, or docker-compose");
}

namespace {

class ComposeProject final : public Services {
 public:
  ComposeProject(const ServiceSpec& spec, const ServiceGround& ground, StageContext& context)
      : spec_(spec), ground_(ground), context_(context), name_(ground.name) {}

  ~ComposeProject() override {
    for (const auto& state : states({.deadline = soon()})) {
      const auto file = fmt::format("{}.{}.log", name_, state.name);
      keep_log(ground_.client, state.name, ground_.logs / file, context_.redactor);
    }
    if (!remove_labelled(ground_.client, label(), {.deadline = soon()})) ground_.scratch.keep();
  }

  Result<void> start() {
    const auto file = context_.directory / spec_.compose;
    if (!lies_within(file, context_.workspace))
      return fail(Fault::step, fmt::format("'{}' lies outside the workspace", spec_.compose));
    Arguments argv = TRY(compose_program(ground_.client, context_.cancel));
    const Arguments up{"--file", file.string(), "--project-name", name_, "up", "--detach"};
    argv.insert(argv.end(), up.begin(), up.end());
    Client client = ground_.client;
    for (const EnvEntry& entry : spec_.env)
      client = client.with_env(entry.name, TRY(entry.value.evaluate(context_.scope)));
    constexpr std::chrono::minutes longest{30};
    const auto limit = context_.deadline.value_or(context_.clock.steady() + longest);
    const Answer answer =
        TRY(client.run(std::move(argv), {.deadline = limit, .cancel = context_.cancel}));
    if (!answer.success())
      return tl::unexpected(explain(answer, fmt::format("cannot start '{}'", spec_.compose)));
    TRY(await_all());
    return find_networks();
  }

  [[nodiscard]] const std::vector<std::string>& networks() const noexcept override {
    return networks_;
  }
  [[nodiscard]] const EnvMap& env() const noexcept override { return env_; }

 private:
  static SteadyTime soon() { return std::chrono::steady_clock::now() + project_removal_limit; }
  [[nodiscard]] std::string label() const { return fmt::format("{}={}", project_label, name_); }
  [[nodiscard]] Call call() const { return {.cancel = context_.cancel}; }

  [[nodiscard]] std::vector<ContainerState> states(const Call& how) const {
    const auto ids =
        ground_.client.must({"ps", "--all", "--quiet", "--filter", "label=" + label()}, how);
    std::vector<std::string> names;
    if (ids)
      for (const auto id : split(*ids, '\n'))
        if (!trim(id).empty()) names.emplace_back(trim(id));
    if (names.empty()) return {};
    auto found = inspect(ground_.client, names, how);
    return found ? *std::move(found) : std::vector<ContainerState>{};
  }

  Result<void> await_all() {
    const auto all = states(call());
    if (all.empty())
      return fail(Fault::step, fmt::format("'{}' starts no container", spec_.compose));
    for (const auto& state : all) {
      TRY(docker::await_healthy({state.service, state.name, spec_.health, Awaited::End::fine},
                                ground_, context_));
      context_.emit.note(fmt::format("service {} is healthy", state.service));
      auto ports = state.ports;
      add_service_env({state.service, state.service, std::move(ports)}, state, ground_.reach, env_);
    }
    return {};
  }

  Result<void> find_networks() {
    const std::string found = TRY(ground_.client.must(
        {"network", "ls", "--filter", "label=" + label(), "--format", "{{.Name}}"}, call()));
    for (const auto name : split(found, '\n'))
      if (!trim(name).empty()) networks_.emplace_back(trim(name));
    return {};
  }

  const ServiceSpec& spec_;
  const ServiceGround& ground_;
  StageContext& context_;
  const std::string name_;
  std::vector<std::string> networks_;
  EnvMap env_;
};

}  // namespace

Result<std::unique_ptr<Services>> start_compose(const ServiceSpec& service,
                                                const ServiceGround& ground,
                                                StageContext& context) {
  auto project = std::make_unique<ComposeProject>(service, ground, context);
  TRY(project->start());
  return project;
}

}  // namespace pipectl::docker
