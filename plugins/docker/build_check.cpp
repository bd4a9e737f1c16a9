#include "plugins/docker/build_check.hpp"

#include <fmt/format.h>

#include "core/api/run_command.hpp"
#include "plugins/docker/container.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/scratch.hpp"

namespace pipectl::docker {
namespace {

/// `linux/amd64`
Result<std::string> platform_of_engine(const Client& client, const Call& call) {
  return client.must({"version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"}, call);
}

Result<NewContainer> new_container(const Image& image, const BuildSpec& spec,
                                   const StageContext& context) {
  NewContainer made;
  made.name = place_name(context.run_id, context.stage, context.attempt);
  made.labels = {{std::string(run_label), context.run_id},
                 {std::string(stage_label), context.stage}};
  made.image = image.id;
  // What takes the place of expressions from outside in the text of a shell.
  for (const auto& [name, value] : context.env)
    if (name.starts_with("PIPECTL_") && name != "PIPECTL_OUTPUT") made.env[name] = value;
  auto command = TRY(evaluate_all(spec.check, context.scope));
  if (spec.check_form == BuildSpec::Check::shell)
    command = {"sh", "-e", "-c", std::move(command.front())};
  made.entrypoint = command.front();
  made.command.assign(command.begin() + 1, command.end());
  return made;
}

}  // namespace

Arguments check_arguments(const NewContainer& container) {
  Arguments arguments = create_arguments(container);
  arguments.front() = "run";
  return arguments;
}

Result<Outcome> check_image(const Image& image, const BuildSpec& spec, const Client& client,
                            StageContext& context) {
  if (spec.check_form == BuildSpec::Check::none) return Outcome{};
  const Call call{.cancel = context.cancel};
  if (!image.platform.starts_with(TRY(platform_of_engine(client, call)))) {
    context.emit.note(fmt::format("{} is for {}: not checked here", image.name, image.platform));
    return Outcome{};
  }
  const NewContainer made = TRY(new_container(image, spec, context));
  const auto scratch =
      TRY(Scratch::make(places_dir(context.state_dir) / made.name, {}, client.env()));
  StageCommand command;
  command.argv = check_arguments(made);
  command.argv.insert(command.argv.begin(), "docker");
  context.emit.note(fmt::format("checking {}", image.name));
  const auto end = run_command(context, command);
  if (!remove_container(client, made.name)) scratch->keep();
  if (!end) return tl::unexpected(end.error());
  Outcome outcome = outcome_of(*end);
  if (outcome.status == Status::failed)
    outcome.reason = fmt::format("check of {}: {}", image.name, outcome.reason);
  return outcome;
}

}  // namespace pipectl::docker
