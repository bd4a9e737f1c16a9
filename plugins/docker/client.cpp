#include "plugins/docker/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/api/capture_output.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

constexpr std::size_t most_out = std::size_t{16} << 20U;
constexpr std::size_t most_err = std::size_t{64} << 10U;
constexpr Milliseconds usual_limit{60'000};
constexpr Milliseconds grace{2'000};

std::string words_of(const std::vector<std::string>& argv) {
  return argv.size() < 2 ? argv.front() : argv[0] + " " + argv[1];
}

/// Who is waited for.
std::string_view hint_of_silence(const std::vector<std::string>& argv) {
  constexpr std::array<std::string_view, 4> at_registry{"push", "pull", "login", "manifest"};
  if (argv.size() > 1 && std::ranges::find(at_registry, argv[1]) != at_registry.end())
    return "the registry is slow, or does not answer at all; with much to carry, give the stage a "
           "longer `timeout`";
  return "the engine takes connections and does not answer: its own log says why; restart it, or "
         "point DOCKER_HOST at another";
}

/// A file system without a current folder of its own: a deleted workspace must not stop a cleanup.
std::filesystem::path calm_place() { return "/"; }

}  // namespace

Client::Client(Executor& host, EnvMap env, StageEmitter* emit)
    : host_(&host), env_(std::move(env)), emit_(emit) {}

Client Client::with_env(const std::string& name, const std::string& value) const {
  Client other{*host_, env_, emit_};
  other.env_[name] = value;
  return other;
}

Result<std::unique_ptr<Process>> Client::start(std::vector<std::string> args,
                                               std::optional<std::string> input,
                                               OutputSink& sink) const {
  args.insert(args.begin(), "docker");
  auto process = host_->start({std::move(args), env_, calm_place(), std::move(input)}, sink);
  if (!process && process.error().fault == Fault::step)
    return fail(Fault::infrastructure, process.error().message,
                "install the docker program (docker.io, docker-ce-cli), or do without containers");
  if (process && emit_ != nullptr) emit_->spawned((*process)->id());
  return process;
}

Result<Answer> Client::ask(std::vector<std::string> args, const Call& call) const {
  args.insert(args.begin(), "docker");
  return run(std::move(args), call);
}

Result<Answer> Client::run(std::vector<std::string> argv, const Call& call) const {
  if (call.cancel.cancelled()) return fail(Fault::cancelled, "interrupted");
  const std::string words = words_of(argv);
  CaptureOutput captured{most_out, most_err};
  OutputSink& sink = call.output == nullptr ? captured : *call.output;
  auto process = host_->start({argv, env_, calm_place(), call.input}, sink);
  if (!process && process.error().fault == Fault::step)
    return fail(Fault::infrastructure, process.error().message,
                fmt::format("install the program {}, or do without containers", argv.front()));
  if (!process) return tl::unexpected(process.error());
  if (emit_ != nullptr) emit_->spawned((*process)->id());
  const auto limit = call.deadline.value_or(std::chrono::steady_clock::now() + usual_limit);
  const Finished finished = supervise(**process, limit, call.cancel, grace);
  if (finished.ended == Ended::cancelled) return fail(Fault::cancelled, "interrupted");
  if (finished.ended == Ended::timed_out)
    return fail(Fault::infrastructure, fmt::format("`{}` did not end in time", words),
                std::string(hint_of_silence(argv)));
  return Answer{finished.status.as_exit_code(), captured.out(), captured.err()};
}

Result<std::string> Client::must(std::vector<std::string> args, const Call& call) const {
  const std::string words = args.empty() ? "" : args.front();
  const Answer answer = TRY(ask(std::move(args), call));
  if (!answer.success()) return tl::unexpected(explain(answer, "docker " + words));
  return std::string(trim(answer.out));
}

}  // namespace pipectl::docker
