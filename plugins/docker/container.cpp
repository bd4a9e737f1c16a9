#include "plugins/docker/container.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/container_process.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

/// Signals and removal: short, and nothing shortens it.
Call cleaning(Milliseconds limit) { return {.deadline = std::chrono::steady_clock::now() + limit}; }

constexpr Milliseconds signal_limit{10'000};
constexpr Milliseconds container_removal_limit{60'000};

/// A secret that a step's own `env` replaces is not to win over it.
std::vector<std::string> names_to_export(const EnvMap& secrets, const EnvMap& env) {
  std::vector<std::string> names;
  for (const auto& [name, value] : secrets) {
    const auto given = env.find(name);
    if (given != env.end() && given->second == value) names.push_back(name);
  }
  return names;
}

EnvMap without(EnvMap env, const std::vector<std::string>& names) {
  for (const auto& name : names) env.erase(name);
  return env;
}

}  // namespace

bool remove_container(const Client& client, const std::string& name) noexcept {
  const auto removed =
      client.ask({"rm", "--force", "--volumes", name}, cleaning(container_removal_limit));
  return removed && (removed->success() || removed->err.find("No such") != std::string::npos);
}

StageContainer::~StageContainer() {
  if (made_ && !remove_container(parts_.client, parts_.made.name)) parts_.scratch.keep();
}

Result<void> StageContainer::open(const Call& call) {
  made_ = true;  // also a call that is cut short may have made it
  TRY(parts_.client.must(create_arguments(parts_.made), call));
  for (const auto& network : parts_.networks)
    TRY(parts_.client.must({"network", "connect", network, parts_.made.name}, call));
  return begin(call);
}

Result<void> StageContainer::begin(const Call& call) {
  const Answer started = TRY(parts_.client.ask({"start", parts_.made.name}, call));
  if (!started.success()) {
    Error error = explain(started, fmt::format("cannot start {}", parts_.made.image));
    if (error.fault == Fault::step)
      error.message = fmt::format("{}: {}", parts_.made.image, error.message);
    return tl::unexpected(error);
  }
  stopped_ = false;
  if (parts_.secrets.empty()) return {};
  const ExecRequest request{.container = parts_.made.name,
                            .argv = take_secrets_command(parts_.secrets),
                            .input = ExecRequest::Stdin::given};
  Call with_secrets = call;
  with_secrets.input = secret_bytes(parts_.secrets);
  TRY(parts_.client.must(exec_arguments(request), with_secrets));
  return {};
}

ExecRequest StageContainer::request_of(const Command& command, unsigned number) const {
  const auto names = names_to_export(parts_.secrets, command.env);
  Wrapped how{.number = std::to_string(number), .secrets = names};
  if (command.env.contains("HOME")) how.home = Wrapped::Home::as_given;
  if (command.env.contains("TMPDIR")) how.temp = Wrapped::Temp::as_given;
  ExecRequest request{.container = parts_.made.name,
                      .directory = command.directory,
                      .env = without(command.env, names),
                      .argv = wrap(how, command.argv)};
  request.env["PIPECTL_OUTPUT"] = std::string(scratch_mount) + "/output";
  if (command.input) request.input = ExecRequest::Stdin::given;
  return request;
}

Result<std::unique_ptr<Process>> StageContainer::start(const Command& command, OutputSink& sink) {
  if (stopped_) TRY(begin({}));
  const unsigned number = ++commands_;
  auto client =
      TRY(parts_.client.start(exec_arguments(request_of(command, number)), command.input, sink));
  return std::make_unique<ContainerProcess>(*this, std::move(client), number);
}

void StageContainer::interrupt_all() noexcept {
  // -1 is everything but the container's first process. Stopped ones would not hear of it.
  const ExecRequest request{.container = parts_.made.name,
                            .user = "0:0",
                            .argv = {"sh", "-c", "kill -TERM -1; kill -CONT -1"}};
  static_cast<void>(parts_.client.ask(exec_arguments(request), cleaning(signal_limit)));
}

bool StageContainer::kill_all() noexcept {
  stopped_ = true;
  const auto killed = parts_.client.ask({"kill", parts_.made.name}, cleaning(signal_limit));
  return killed && killed->success();
}

std::optional<int> StageContainer::exit_code_of(unsigned number) const {
  const auto text = read_file(parts_.scratch.folder() / fmt::format("exit.{}", number), 64);
  if (!text) return std::nullopt;
  const auto digits = trim(*text);
  int code = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), code);
  if (read.ec != std::errc{}) return std::nullopt;
  return code;
}

Error StageContainer::what_happened() const {
  const auto state = parts_.client.must(
      {"inspect", "--format", "{{.State.Running}} {{.State.OOMKilled}}", parts_.made.name},
      cleaning(signal_limit));
  if (!state) return state.error();
  if (state->ends_with("true"))
    return {Fault::step, "the container ran out of memory",
            "give it more with `executor: {docker: {memory: …}}`"};
  if (state->starts_with("true"))
    return {Fault::infrastructure, "docker exec ended, and not by the command's doing",
            "what docker said stands in the log"};
  return {Fault::infrastructure, "the container was ended from outside",
          "somebody removed or killed it, or the engine was stopped"};
}

}  // namespace pipectl::docker
