#include "plugins/kubernetes/kubectl.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/capture_output.hpp"
#include "core/base/text.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

constexpr std::size_t most_output = std::size_t{16} << 20U;
constexpr Milliseconds first_pause{500};
constexpr Milliseconds longest_pause{5'000};

const CancelToken& token(const StageContext& context, Lifetime lifetime) {
  return lifetime == Lifetime::stage ? context.cancel : context.cleanup;
}

/// What waits for a release has the release to blame; whoever only asks has the API server.
Error out_of_time(const Call& call, std::optional<Milliseconds> limit) {
  std::string text = fmt::format("kubectl {} timed out", call.argv.front());
  if (limit && limit->count() > 0) text += " after " + human_duration(*limit);
  if (call.waits) return {Fault::step, std::move(text), {}};
  return {Fault::infrastructure, std::move(text),
          "the API server does not answer in time; `kubectl cluster-info` asks it"};
}

}  // namespace

std::vector<std::string> Kubectl::argv(const Call& call) const {
  std::vector<std::string> argv{"kubectl"};
  if (!access_.kubeconfig.empty()) argv.push_back("--kubeconfig=" + access_.kubeconfig);
  if (!access_.context.empty()) argv.push_back("--context=" + access_.context);
  if (!access_.name_space.empty()) argv.push_back("--namespace=" + access_.name_space);
  argv.insert(argv.end(), call.argv.begin(), call.argv.end());
  if (!call.waits)
    argv.push_back(fmt::format("--request-timeout={}ms", access_.request_timeout.count()));
  return argv;
}

Result<std::string> Kubectl::once(const Call& call) const {
  CaptureOutput output{most_output, std::size_t{64} << 10U};
  StageCommand command;
  command.argv = argv(call);
  command.limit = call.work.limit;
  command.output = &output;
  command.input = call.input;
  const auto end = run_command(context_, command, call.work.lifetime);
  if (!end && end.error().fault == Fault::step)
    return fail(Fault::infrastructure, end.error().message,
                "kubectl must be on the PATH: https://kubernetes.io/docs/tasks/tools/");
  if (!end) return tl::unexpected(end.error());
  const std::string& verb = call.argv.front();
  switch (end->finished.ended) {
    case Ended::cancelled:
      return fail(Fault::cancelled, describe(end->cancelled));
    case Ended::timed_out:
      return tl::unexpected(out_of_time(call, end->limit));
    case Ended::by_itself:
      break;
  }
  const ExitStatus& status = end->finished.status;
  if (!status.success() && (status.signalled || status.code != call.also_good))
    return tl::unexpected(explain(verb, output.err().empty() ? output.out() : output.err()));
  if (!output.out_is_whole())
    return fail(Fault::infrastructure, fmt::format("kubectl {} printed too much", verb));
  return output.out();
}

Result<std::string> Kubectl::run(const Call& call) const {
  // A moment's trouble of the API server; who gives a request less time has less of it for these.
  const SteadyTime end = context_.clock.steady() + access_.request_timeout * 3 / 2;
  Milliseconds wait = first_pause;
  std::optional<Error> cause;
  while (true) {
    auto done = once(call);
    if (done || call.waits) return done;
    // A try that was cut short tells less than the one before it.
    const bool cut = call.work.limit && context_.clock.steady() >= call.work.limit->deadline;
    if (cut && cause && done.error().fault != Fault::cancelled) return tl::unexpected(*cause);
    if (!is_passing(done.error())) return done;
    cause = done.error();
    const SteadyTime next = context_.clock.steady() + wait;
    if (next >= end || (call.work.limit && next >= call.work.limit->deadline)) return done;
    context_.emit.note(fmt::format("{}; trying again", done.error().message));
    if (token(context_, call.work.lifetime).wait_for(wait)) return done;
    wait = std::min(wait * 2, longest_pause);
  }
}

Result<void> Kubectl::show(const Call& call) const {
  const std::string text = TRY(run(call));
  for (const std::string_view line : split(trim(text), '\n'))
    if (!line.empty()) context_.emit.note(std::string{line});
  return {};
}

}  // namespace pipectl::plugins::kubernetes
