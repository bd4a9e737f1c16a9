#include "plugins/docker/services.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/compose.hpp"
#include "plugins/docker/container.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/image.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/service_env.hpp"
#include "plugins/docker/service_health.hpp"
#include "plugins/docker/service_logs.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds network_removal_limit{60'000};

/// One that runs, or was about to.
struct Running {
  const ServiceSpec& spec;
  std::string container;
};

class NetworkOfServices final : public Services {
 public:
  NetworkOfServices(const ServiceGround& ground, StageContext& context)
      : client_(ground.client),
        ground_{client_, ground.engine, ground.name, ground.scratch, ground.logs, ground.reach},
        context_(context) {}

  ~NetworkOfServices() override {
    for (const Running& service : running_) {
      const auto file = fmt::format("{}.{}.log", ground_.name, service.spec.name);
      keep_log(client_, service.container, ground_.logs / file, context_.redactor);
      if (!remove_container(client_, service.container)) ground_.scratch.keep();
    }
    compose_.clear();
    if (networks_.empty()) return;
    const auto removed =
        client_.ask({"network", "rm", ground_.name},
                    {.deadline = std::chrono::steady_clock::now() + network_removal_limit});
    if (!removed || !removed->success()) ground_.scratch.keep();
  }

  Result<void> start() {
    const auto& wanted = context_.spec.services;
    const auto has_image = [](const ServiceSpec& service) { return service.compose.empty(); };
    if (std::ranges::any_of(wanted, has_image)) TRY(make_network());
    for (const ServiceSpec& service : wanted) TRY(start_one(service));
    for (const Running& service : running_) {
      TRY(await_healthy({service.spec.name, service.container, service.spec.health}, ground_,
                        context_));
      context_.emit.note(fmt::format("service {} is healthy", service.spec.name));
      TRY(tell_where(service));
    }
    return {};
  }

  [[nodiscard]] const std::vector<std::string>& networks() const noexcept override {
    return all_networks_;
  }
  [[nodiscard]] const EnvMap& env() const noexcept override { return env_; }

 private:
  [[nodiscard]] Call call() const {
    return {.deadline = context_.deadline, .cancel = context_.cancel};
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> labels() const {
    return {{std::string(run_label), context_.run_id}, {std::string(stage_label), context_.stage}};
  }

  Result<void> make_network() {
    Arguments arguments{"network", "create"};
    for (const auto& [name, value] : labels()) {
      arguments.emplace_back("--label");
      arguments.push_back(fmt::format("{}={}", name, value));
    }
    arguments.push_back(ground_.name);
    networks_.push_back(ground_.name);
    all_networks_.push_back(ground_.name);
    TRY(client_.must(std::move(arguments), call()));
    return {};
  }

  Result<void> start_one(const ServiceSpec& service) {
    if (!service.compose.empty()) {
      compose_.push_back(TRY(start_compose(service, ground_, context_)));
      const auto& more = compose_.back()->networks();
      all_networks_.insert(all_networks_.end(), more.begin(), more.end());
      for (const auto& [name, value] : compose_.back()->env()) env_[name] = value;
      return {};
    }
    const Image image = TRY(obtain_image(client_, service.image, service.pull, context_));
    const EnvMap secrets =
        service.secrets.empty() ? EnvMap{} : TRY(context_.grant(service.secrets));
    const NewContainer made = TRY(new_container(service, image, secrets));
    running_.push_back({service, made.name});
    TRY(client_.must(create_arguments(made), call()));
    const Answer started = TRY(client_.ask({"start", made.name}, call()));
    if (!started.success())
      return tl::unexpected(
          explain(started, fmt::format("cannot start service '{}'", service.name)));
    if (!secrets.empty()) TRY(hand_over(secrets, made.name));
    return {};
  }

  Result<NewContainer> new_container(const ServiceSpec& service, const Image& image,
                                     const EnvMap& secrets) {
    NewContainer made;
    made.name = fmt::format("{}-{}", ground_.name, service.name);
    made.labels = labels();
    made.image = image.id;
    made.network = ground_.name;
    made.alias = service.name;
    if (ground_.reach == Reach::published) made.published = service.ports;
    for (const EnvEntry& entry : service.env)
      made.env[entry.name] = TRY(entry.value.evaluate(context_.scope));
    Arguments command = service.command.empty() ? image.command : Arguments{};
    for (const auto& part : service.command) command.push_back(TRY(part.evaluate(context_.scope)));
    if (secrets.empty()) {
      if (!service.command.empty()) made.command = command;
      return made;
    }
    command.insert(command.begin(), image.entrypoint.begin(), image.entrypoint.end());
    const auto waiting = await_secrets_command(secrets, command);
    made.secrets = NewContainer::Secrets::some;
    made.entrypoint = waiting.front();
    made.command.assign(waiting.begin() + 1, waiting.end());
    return made;
  }

  Result<void> hand_over(const EnvMap& secrets, const std::string& container) {
    const ExecRequest request{.container = container,
                              .argv = take_secrets_command(secrets),
                              .input = ExecRequest::Stdin::given};
    Call with_secrets = call();
    with_secrets.input = secret_bytes(secrets);
    TRY(client_.must(exec_arguments(request), with_secrets));
    return {};
  }

  Result<void> tell_where(const Running& service) {
    const auto states = TRY(inspect(client_, {service.container}, call()));
    if (states.empty()) return fail(Fault::infrastructure, "a service's container is gone");
    auto ports = service.spec.ports;
    if (ports.empty()) ports = states.front().ports;
    add_service_env({service.spec.name, service.spec.name, ports}, states.front(), ground_.reach,
                    env_);
    return {};
  }

  const Client client_;
  const ServiceGround ground_;
  StageContext& context_;
  std::vector<std::string> networks_;      ///< made here
  std::vector<std::string> all_networks_;  ///< and those of Compose projects
  std::vector<Running> running_;
  std::vector<std::unique_ptr<Services>> compose_;
  EnvMap env_;
};

}  // namespace

Result<std::unique_ptr<Services>> start_services(const ServiceGround& ground,
                                                 StageContext& context) {
  auto services = std::make_unique<NetworkOfServices>(ground, context);
  TRY(services->start());
  return services;
}

}  // namespace pipectl::docker
