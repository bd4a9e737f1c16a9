#include "plugins/docker/engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

/// Clients before 23 tell of their template, which found no engine to show, instead of the cause.
Result<Answer> why_none(const Client& client, const Answer& said, const Call& call) {
  if (said.err.find("template:") == std::string::npos) return said;
  return client.ask({"version"}, call);
}

}  // namespace

Call within_stage(const StageContext& context) {
  constexpr std::chrono::minutes usual{1};
  const SteadyTime end = context.clock.steady() + usual;
  return {.deadline = context.deadline ? std::min(end, *context.deadline) : end,
          .cancel = context.cancel};
}

Result<Engine> ask_engine(const Client& client, const Call& call) {
  const Answer answer =
      TRY(client.ask({"info", "--format", "{{.ServerVersion}} {{json .SecurityOptions}}"}, call));
  const std::string_view told = trim(answer.out);
  // Some clients end with 0 although no engine answered.
  if (!answer.success() || told.empty() || told.front() < '0' || told.front() > '9')
    return tl::unexpected(explain(TRY(why_none(client, answer, call)), "docker info"));
  Engine engine;
  engine.version = told.substr(0, told.find(' '));
  engine.rootless = told.find("name=rootless") != std::string_view::npos;
  return engine;
}

std::string user_of(ContainerUser user, const Engine& engine) {
  if (user == ContainerUser::image) return {};
  if (user == ContainerUser::root || engine.rootless) return "0:0";
  return fmt::format("{}:{}", ::geteuid(), ::getegid());
}

}  // namespace pipectl::docker
