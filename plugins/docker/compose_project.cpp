#include "plugins/docker/compose_project.hpp"

#include <fmt/format.h>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "core/yaml/document.hpp"
#include "plugins/docker/compose.hpp"
#include "plugins/docker/deploy_call.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/service_state.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds between_project_looks{500};

/// Runs and is healthy, or has done its work.
bool is_fine(const ContainerState& state) {
  if (!state.running) return state.exit_code == 0;
  return state.health.empty() || state.health == "healthy";
}

/// Why it never will be, or empty.
std::string trouble_of(const ContainerState& state) {
  if (!state.running && state.exit_code != 0)
    return fmt::format("{} ended with exit code {}", state.service, state.exit_code);
  if (state.health != "unhealthy") return {};
  return fmt::format("{} is unhealthy{}{}", state.service, state.health_log.empty() ? "" : ": ",
                     printable(state.health_log));
}

/// Service -> image; those that are built may have none.
std::vector<std::pair<std::string, std::string>> images_in(std::string config) {
  std::vector<std::pair<std::string, std::string>> images;
  const SourceFile source{"docker compose config", std::move(config)};
  Diagnostics unread;  // what Compose writes itself; what it means is Compose's matter
  const auto document = yaml::Document::parse(source, unread);
  const auto services = document ? document->root().find("services") : std::nullopt;
  if (!services) return images;
  for (const auto& [name, service] : services->entries())
    if (const auto image = service.find("image")) images.emplace_back(name.text(), image->text());
  return images;
}

}  // namespace

Call ComposeTargetProject::call(const DeployWork& work) const {
  return deploy_call(context_, work);
}

std::string ComposeTargetProject::label() const {
  return fmt::format("label={}={}", project_label, name_);
}

Result<void> ComposeTargetProject::look() const {
  TRY(ask_engine(client_, within_stage(context_)));
  return {};
}

Result<void> ComposeTargetProject::open(DeployPurpose purpose, const DeployWork& work) {
  TRY(ask_engine(client_, within_stage(context_)));
  program_ = TRY(compose_program(client_, call(work).cancel));
  return purpose == DeployPurpose::deploy ? lock_.take(work) : lock_.seize(work);
}

/// Images may be pulled and built meanwhile.
Result<void> ComposeTargetProject::hold(const DeployWork& work) {
  const auto deadline = *call(work).deadline;
  const auto left = std::chrono::ceil<Milliseconds>(deadline - context_.clock.steady());
  return lock_.take({work.lifetime, TimeLimit{deadline, std::max(left, Milliseconds{0})}});
}

Result<ComposeRecord> ComposeTargetProject::read_record(const DeployWork& work) const {
  const auto text = TRY(book_.read(work));
  return text ? record_of_label(*text) : ComposeRecord{};
}

Result<void> ComposeTargetProject::write_record(const ComposeRecord& record,
                                                const DeployWork& work) const {
  if (!record.running || record.running->images.empty())
    return fail(Fault::step,
                fmt::format("project '{}' runs nothing that could be recorded", name_));
  return book_.write(to_label(record), record.running->images.begin()->second, work);
}

Arguments ComposeTargetProject::command(const std::vector<std::filesystem::path>& files,
                                        const ComposeRelease& release) const {
  Arguments argv = program_;
  for (const auto& file : files) argv.insert(argv.end(), {"--file", file.string()});
  argv.insert(argv.end(), {"--project-directory", release.folder, "--project-name", name_});
  return argv;
}

Client ComposeTargetProject::client_for(const ComposeRelease& release) const {
  Client client = client_;
  for (const auto& [name, value] : release.env) client = client.with_env(name, value);
  return client;
}

Result<Answer> ComposeTargetProject::config(const std::vector<std::filesystem::path>& files,
                                            const ComposeRelease& release,
                                            const Client& client) const {
  Arguments argv = command(files, release);
  argv.emplace_back("config");
  return client.run(std::move(argv), call({}));
}

Result<void> ComposeTargetProject::check(const std::vector<std::filesystem::path>& files,
                                         const ComposeRelease& release) const {
  const Answer answer = TRY(config(files, release, client_for(release)));
  if (!answer.success())
    return fail(Fault::step,
                fmt::format("Compose refuses the file of '{}': {}", name_, last_words(answer)));
  for (const auto& [service, image] : images_in(answer.out))
    if (!is_image_name(image))
      return fail(Fault::step, fmt::format("service {}: '{}' is no name of an image",
                                           printable(service), printable(image)));
  return {};
}

/// A mark stands in the place of each value.
Result<std::vector<std::string>> ComposeTargetProject::shown_secrets(
    const std::vector<std::filesystem::path>& files, const ComposeRelease& release) const {
  std::vector<std::string> shown;
  if (context_.secrets.empty()) return shown;
  const auto mark = [](const std::string& name) { return fmt::format("<secret:{}>", name); };
  Client client = client_for(release);
  for (const auto& [name, value] : context_.secrets) client = client.with_env(name, mark(name));
  const Answer answer = TRY(config(files, release, client));
  if (!answer.success()) return shown;
  for (const auto& [name, value] : context_.secrets)
    if (answer.out.find(mark(name)) != std::string::npos) shown.push_back(name);
  return shown;
}

Result<void> ComposeTargetProject::up(const std::vector<std::filesystem::path>& files,
                                      const ComposeRelease& release, const DeployWork& work) const {
  Arguments argv = command(files, release);
  argv.insert(argv.end(), {"up", "--detach", "--remove-orphans"});
  const Answer answer = TRY(client_for(release).run(std::move(argv), call(work)));
  if (answer.success()) return {};
  Error error = explain(answer, fmt::format("compose up of '{}'", name_));
  return tl::unexpected(std::move(error));
}

/// By its label: there may be no file any more.
Result<void> ComposeTargetProject::down(const DeployWork& work) const {
  const auto all = TRY(containers(work));
  if (all.empty()) return {};
  std::vector<std::string> arguments{"rm", "--force"};
  arguments.insert(arguments.end(), all.begin(), all.end());
  TRY(client_.must(std::move(arguments), call(work)));
  return {};
}

Result<std::vector<std::string>> ComposeTargetProject::containers(const DeployWork& work) const {
  const std::string ids =
      TRY(client_.must({"ps", "--all", "--quiet", "--filter", label()}, call(work)));
  std::vector<std::string> found;
  for (const auto id : split(ids, '\n'))
    if (!trim(id).empty()) found.emplace_back(trim(id));
  return found;
}

Result<bool> ComposeTargetProject::has_containers(const DeployWork& work) const {
  return !TRY(containers(work)).empty();
}

Result<std::size_t> ComposeTargetProject::await_healthy(const DeployWork& work) const {
  const Call limits = call(work);
  while (true) {
    const auto ids = TRY(containers(work));
    if (ids.empty()) return fail(Fault::step, fmt::format("project '{}' starts nothing", name_));
    const auto states = TRY(inspect(client_, ids, call(work)));
    std::string unfinished;
    for (const auto& state : states) {
      if (auto trouble = trouble_of(state); !trouble.empty())
        return fail(Fault::step, std::move(trouble),
                    fmt::format("docker logs {}", printable(state.name)));
      if (!is_fine(state)) unfinished = state.service;
    }
    if (unfinished.empty()) return states.size();
    if (context_.clock.steady() >= *limits.deadline)
      return fail(Fault::step, fmt::format("{} was not healthy in time", unfinished));
    if (limits.cancel.wait_for(between_project_looks))
      return fail(Fault::cancelled, describe(limits.cancel.reason()));
  }
}

Result<std::map<std::string, std::string>> ComposeTargetProject::images(
    const DeployWork& work) const {
  std::map<std::string, std::string> images;
  const auto ids = TRY(containers(work));
  if (ids.empty()) return images;
  std::vector<std::string> arguments{"container", "inspect", "--format",
                                     "{{.Config.Image}}\t{{.Image}}"};
  arguments.insert(arguments.end(), ids.begin(), ids.end());
  const std::string lines = TRY(client_.must(std::move(arguments), call(work)));
  for (const auto line : split(lines, '\n')) {
    const auto tab = line.find('\t');
    if (tab != std::string_view::npos)
      images.emplace(trim(line.substr(0, tab)), trim(line.substr(tab + 1)));
  }
  return images;
}

Result<void> ComposeTargetProject::tag(const std::map<std::string, std::string>& images,
                                       const DeployWork& work) const {
  for (const auto& [name, id] : images) {
    const bool fixed =
        name.find('@') != std::string::npos || name == id || name.starts_with("sha256:");
    if (!fixed) TRY(client_.must({"tag", id, name}, call(work)));
  }
  return {};
}

}  // namespace pipectl::docker
