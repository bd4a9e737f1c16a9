#include "plugins/docker/service_health.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/tcp_connect.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds interval{250};
constexpr Milliseconds one_probe{5'000};

struct Address {
  std::string host;
  std::string port;
};

/// A container's own address, as a proxy in front of a published port accepts before the service
/// does. A rootless engine's containers have none that this host can reach.
Address address_of(const ContainerState& state, unsigned port, const Engine& engine) {
  const auto published = state.published.find(port);
  if ((engine.rootless || state.address.empty()) && published != state.published.end())
    return {"127.0.0.1", published->second};
  return {state.address, std::to_string(port)};
}

class Wait {
 public:
  Wait(const Awaited& awaited, const ServiceGround& ground, StageContext& context)
      : awaited_(awaited), ground_(ground), context_(context) {}

  Result<void> run() {
    const SteadyTime end = context_.clock.steady() + awaited_.health.within;
    while (true) {
      const auto states =
          TRY(inspect(ground_.client, {awaited_.container}, {.cancel = context_.cancel}));
      if (states.empty()) return fail(Fault::infrastructure, "a service's container is gone");
      const ContainerState& state = states.front();
      if (!state.running) return ended(state);
      auto healthy = probe(state);
      if (healthy) return {};
      if (healthy.error().fault == Fault::cancelled) return healthy;
      const SteadyTime now = context_.clock.steady();
      if (now >= end) return late(healthy.error().message);
      if (context_.deadline && now >= *context_.deadline)
        return fail(Fault::step, fmt::format("the stage's time was over while service '{}' started",
                                             awaited_.service));
      if (context_.cancel.wait_for(interval)) return fail(Fault::cancelled, "interrupted");
    }
  }

 private:
  Result<void> probe(const ContainerState& state) {
    switch (awaited_.health.how) {
      case ServiceHealth::How::tcp: {
        const auto at = address_of(state, awaited_.health.port, ground_.engine);
        return tcp_connect(at.host, at.port, probe_end(), context_.cancel);
      }
      case ServiceHealth::How::http:
        return answers(address_of(state, awaited_.health.port, ground_.engine));
      case ServiceHealth::How::command:
        return command_ends_well();
      case ServiceHealth::How::image:
        break;
    }
    if (state.health.empty() || state.health == "healthy") return {};
    return fail(Fault::step, state.health_log.empty()
                                 ? fmt::format("its HEALTHCHECK says {}", state.health)
                                 : fmt::format("its HEALTHCHECK says {}: {}", state.health,
                                               printable(state.health_log.substr(0, 200))));
  }

  Result<void> answers(const Address& at) {
    HttpRequest request;
    request.url = fmt::format("http://{}:{}{}", at.host, at.port,
                              TRY(awaited_.health.path.evaluate(context_.scope)));
    request.timeout = one_probe;
    const auto response = TRY(context_.http.send(request, context_.cancel));
    if (response.status >= 200 && response.status < 400) return {};
    return fail(Fault::step, fmt::format("{} answers {}", request.url, response.status));
  }

  Result<void> command_ends_well() {
    ExecRequest request{.container = awaited_.container};
    for (const auto& part : awaited_.health.command)
      request.argv.push_back(TRY(part.evaluate(context_.scope)));
    // A single text is for a shell, as in a HEALTHCHECK.
    if (request.argv.size() == 1) request.argv = {"sh", "-c", request.argv.front()};
    const Answer answer = TRY(ground_.client.ask(
        exec_arguments(request), {.deadline = probe_end(), .cancel = context_.cancel}));
    if (answer.success()) return {};
    return fail(Fault::step, fmt::format("its command ends with exit code {}: {}", answer.exit_code,
                                         last_words(answer)));
  }

  [[nodiscard]] SteadyTime probe_end() const { return context_.clock.steady() + one_probe; }

  [[nodiscard]] Result<void> ended(const ContainerState& state) const {
    if (awaited_.end == Awaited::End::fine && state.exit_code == 0) return {};
    return fail(
        Fault::step,
        fmt::format("service '{}' ended with exit code {}", awaited_.service, state.exit_code),
        hint());
  }

  [[nodiscard]] Result<void> late(const std::string& last) const {
    return fail(Fault::step,
                fmt::format("service '{}' was not healthy within {}: {}", awaited_.service,
                            human_duration(awaited_.health.within), last),
                hint());
  }

  /// The end of what it printed says more than a probe from outside.
  [[nodiscard]] std::string hint() const {
    const auto printed = ground_.client.ask({"logs", "--tail", "5", awaited_.container}, {});
    if (!printed) return {};
    const std::string words = last_words({0, printed->out, printed->err});
    return words.empty() ? "it printed nothing" : "its last words: " + words;
  }

  const Awaited& awaited_;
  const ServiceGround& ground_;
  StageContext& context_;
};

}  // namespace

Result<void> await_healthy(const Awaited& awaited, const ServiceGround& ground,
                           StageContext& context) {
  return Wait{awaited, ground, context}.run();
}

}  // namespace pipectl::docker
