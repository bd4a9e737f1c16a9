#include <fmt/format.h>

#include <system_error>

#include "plugins/docker/container.hpp"
#include "plugins/docker/docker.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/image.hpp"
#include "plugins/docker/leftovers.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/scratch.hpp"
#include "plugins/docker/services.hpp"

namespace pipectl::docker {
namespace {

/// On this host, with services beside it.
class HostExecutor final : public Executor {
 public:
  explicit HostExecutor(Executor& host) : host_(host) {}
  Result<std::unique_ptr<Process>> start(const Command& command, OutputSink& sink) override {
    return host_.start(command, sink);
  }

 private:
  Executor& host_;
};

/// Members go in reverse: the container leaves the network before that is removed, and the scratch
/// folder, which stands for all of it, is the last to go.
struct Opened {
  std::unique_ptr<Scratch> scratch;
  std::unique_ptr<Services> services;
  std::unique_ptr<Executor> executor;
};

class DockerPlace final : public StagePlace {
 public:
  explicit DockerPlace(Opened opened) : opened_(std::move(opened)) {}
  [[nodiscard]] Executor& executor() noexcept override { return *opened_.executor; }
  [[nodiscard]] const EnvMap& env() const noexcept override {
    return opened_.services == nullptr ? none_ : opened_.services->env();
  }

 private:
  const EnvMap none_;
  Opened opened_;
};

class Opening {
 public:
  Opening(StageContext& context, Executor& host)
      : context_(context),
        host_(host),
        client_(host, env_of(context), &context.emit),
        name_(place_name(context.run_id, context.stage, context.attempt)) {}

  Result<std::unique_ptr<StagePlace>> open() {
    engine_ = TRY(ask_engine(client_, within_stage(context_)));
    opened_.scratch = TRY(
        Scratch::make(places_dir(context_.state_dir) / name_, context_.output_file, client_.env()));
    if (!context_.spec.services.empty()) TRY(start_services());
    if (in_container())
      TRY(start_container());
    else
      opened_.executor = std::make_unique<HostExecutor>(host_);
    return std::make_unique<DockerPlace>(std::move(opened_));
  }

 private:
  [[nodiscard]] const ContainerSpec& wanted() const { return context_.spec.container; }
  [[nodiscard]] bool in_container() const {
    return executor_of(context_.spec) == ExecutorKind::docker;
  }

  static EnvMap env_of(const StageContext& context) {
    EnvMap env = context.host;
    env["PIPECTL_RUN_ID"] = context.run_id;
    return env;
  }

  Result<void> start_services() {
    const Reach reach =
        in_container() && wanted().network != "host" ? Reach::by_name : Reach::published;
    const ServiceGround ground{
        client_, engine_, name_, *opened_.scratch, context_.state_dir / "services", reach};
    opened_.services = TRY(docker::start_services(ground, context_));
    return {};
  }

  Result<void> start_container() {
    const Image image = TRY(obtain_image(client_, wanted().image, wanted().pull, context_));
    StageContainer::Parts parts{
        client_, new_container(image), context_.secrets, *opened_.scratch, {}};
    if (parts.made.network.empty() && opened_.services != nullptr) {
      const auto& networks = opened_.services->networks();
      if (!networks.empty()) {
        parts.made.network = networks.front();
        parts.networks.assign(networks.begin() + 1, networks.end());
      }
    }
    auto container = std::make_unique<StageContainer>(std::move(parts));
    TRY(container->open({.deadline = context_.deadline, .cancel = context_.cancel}));
    opened_.executor = std::move(container);
    return {};
  }

  [[nodiscard]] NewContainer new_container(const Image& image) const {
    NewContainer made;
    made.name = name_;
    made.labels = {{std::string(run_label), context_.run_id},
                   {std::string(stage_label), context_.stage}};
    made.image = image.id;
    // Waits for a line that never comes; needs nothing but the shell.
    made.entrypoint = "sh";
    made.command = {"-c", "read _"};
    made.input = NewContainer::Stdin::open;
    made.mounts = {{context_.workspace, context_.workspace},
                   {opened_.scratch->folder(), scratch_mount}};
    made.directory = context_.workspace;
    made.user = user_of(wanted().user, engine_);
    made.network = wanted().network;
    made.cpus = wanted().cpus;
    made.memory = wanted().memory;
    if (!context_.secrets.empty()) made.secrets = NewContainer::Secrets::some;
    return made;
  }

  StageContext& context_;
  Executor& host_;
  Client client_;
  const std::string name_;
  Engine engine_;
  Opened opened_;
};

class DockerFactory final : public ExecutorFactory {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "docker"; }
  [[nodiscard]] Result<std::unique_ptr<StagePlace>> open(StageContext& context,
                                                         Executor& host) const override {
    return Opening{context, host}.open();
  }
  Result<std::size_t> remove_leftovers(const GoneRun& run,
                                       const CancelToken& cancel) const override {
    return docker::remove_leftovers(run, cancel);
  }
};

}  // namespace

std::unique_ptr<ExecutorFactory> make_factory() { return std::make_unique<DockerFactory>(); }

}  // namespace pipectl::docker
