#include "plugins/docker/engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/text.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

/// Clients before 23 tell of their template, which found no engine to show, instead of the cause.
Result<Answer> why_none(const Client& client, const Answer& said, const CancelToken& cancel) {
  if (said.err.find("template:") == std::string::npos) return said;
  return client.ask({"version"}, {.cancel = cancel});
}

}  // namespace

Result<Engine> ask_engine(const Client& client, const CancelToken& cancel) {
  const Answer answer = TRY(client.ask(
      {"info", "--format", "{{.ServerVersion}} {{json .SecurityOptions}}"}, {.cancel = cancel}));
  const std::string_view told = trim(answer.out);
  // Some clients end with 0 although no engine answered.
  if (!answer.success() || told.empty() || told.front() < '0' || told.front() > '9')
    return tl::unexpected(explain(TRY(why_none(client, answer, cancel)), "docker info"));
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
