#include <fmt/format.h>

#include <algorithm>

#include "core/api/lock_holder.hpp"
#include "core/api/release_history.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/changes.hpp"
#include "plugins/docker/compose_project.hpp"
#include "plugins/docker/docker.hpp"
#include "plugins/docker/image_text.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{1} << 20U;

/// What the file says below `compose`.
struct Settings {
  std::vector<expr::Template> files;
  expr::Template project;
  NamedTemplates env;
};

std::string value_of(const EnvMap& env, const std::string& name) {
  const auto found = env.find(name);
  return found == env.end() ? std::string{} : found->second;
}

class ComposeTarget final : public DeployTarget, public LockHolder {
 public:
  ComposeTarget(StageContext& context, std::string project)
      : context_(context), project_(context, std::move(project)) {}

  Result<void> open(const Settings& settings, DeployPurpose purpose) {
    TRY(project_.open(purpose, {}));
    record_ = TRY(project_.read_record({}));
    if (purpose == DeployPurpose::go_back) return {};
    fresh_ = !record_.running && !TRY(project_.has_containers({}));
    TRY(read(settings));
    if (auto fine = project_.check(files_, release_); !fine)
      return tl::unexpected(with_cause(std::move(fine.error()), settings));
    return warn_of_secrets();
  }

  Result<std::vector<std::string>> compare(const Settings& settings) {
    TRY(project_.look());
    record_ = TRY(project_.read_record({}));
    TRY(read(settings));
    if (!record_.running) return std::vector<std::string>{"the first release of this project"};
    Changes changes;
    changes.names("files", texts_of(record_.running->files), texts_of(release_.files));
    changes.names("env", record_.running->env, release_.env);
    return std::move(changes).lines();
  }

  [[nodiscard]] std::string before() const override {
    return record_.running ? record_.running->name() : std::string{};
  }
  Result<std::string> apply(const DeployStep&, const DeployWork& work) override {
    TRY(project_.hold(work));
    TRY(project_.up(files_, release_, work));
    return release_.name();
  }
  Result<std::string> settle(const DeployStep&, const DeployWork& work) override {
    TRY(project_.hold(work));
    return fmt::format("{} containers run", TRY(project_.await_healthy(work)));
  }
  Result<std::string> shift(const DeployStep&, const DeployWork&) override { return std::string{}; }
  Result<std::string> record(const DeployStep&, const DeployWork& work) override {
    TRY(project_.hold(work));
    const bool done = record_.running && record_.running->run == release_.run;
    release_.images = TRY(project_.images(work));
    if (record_.running && !done) record_.history.insert(record_.history.begin(), *record_.running);
    record_.running = release_;
    TRY(project_.write_record(record_, work));
    return fmt::format("{} is in service", release_.name());
  }
  Result<std::string> retire(const DeployStep&, const DeployWork&) override {
    return std::string{};
  }
  Result<std::string> remove(DeployPlace, const DeployWork&) override { return std::string{}; }

  Result<std::string> restore(const DeployWork& work) override {
    TRY(project_.hold(work));
    if (record_.running) return bring_back(*record_.running, work);
    if (!fresh_)
      return fail(Fault::step, "what ran here before was not deployed by pipectl: it is not known");
    TRY(project_.down(work));
    return std::string{"nothing ran here before: its containers were removed"};
  }

  Result<std::string> go_back(const std::string& run, const DeployWork& work) override {
    // A deploy that died in the middle replaced what the record still calls running.
    const bool died = !project_.unfinished().empty() && record_.running &&
                      project_.unfinished() != record_.running->run;
    if (died && (run.empty() || record_.running->run.starts_with(run)))
      return bring_back(*record_.running, work);
    const ComposeRelease release = TRY(release_to_go_back_to(run));
    const std::string from = before();
    TRY(bring_back(release, work));
    note_way_back(record_, release, run.empty() ? WayBack::before : WayBack::named,
                  [](const ComposeRelease& one, const ComposeRelease& other) {
                    return one.run == other.run;
                  });
    TRY(project_.write_record(record_, work));
    return fmt::format("{} -> {}", from, release.name());
  }
  Result<void> hold(const DeployWork& work) override { return project_.hold(work); }
  [[nodiscard]] bool has_lost() const noexcept override { return project_.has_lost_lock(); }

 private:
  [[nodiscard]] Result<ComposeRelease> release_to_go_back_to(const std::string& run) const {
    if (run.empty()) {
      if (const ComposeRelease* before = release_before(record_.history)) return *before;
      return fail(Fault::step, "no earlier release is recorded",
                  hint_of_no_release(record_.history));
    }
    const auto wanted = std::ranges::find_if(record_.history, [&](const ComposeRelease& release) {
      return release.run.starts_with(run);
    });
    if (wanted != record_.history.end()) return *wanted;
    return fail(Fault::step, fmt::format("no release of run '{}' is recorded", printable(run)),
                "deploy an older commit instead");
  }

  static std::map<std::string, std::string> texts_of(const std::vector<std::string>& files) {
    std::map<std::string, std::string> texts;
    for (const std::string& text : files)
      texts.emplace(fmt::format("file {}", texts.size() + 1), text);
    return texts;
  }

  /// What the file of the pipeline and those that it names say.
  Result<void> read(const Settings& settings) {
    for (const auto& file : settings.files) {
      const std::string name = TRY(file.evaluate(context_.scope));
      const fs::path path = context_.directory / name;
      if (!lies_within(path, context_.workspace))
        return fail(Fault::step, fmt::format("'{}' lies outside the workspace", printable(name)));
      auto text = read_file(path, most_bytes);
      if (!text) return fail(Fault::step, text.error().message, text.error().hint);
      release_.files.push_back(std::move(*text));
      files_.push_back(path);
    }
    for (auto& [name, value] : TRY(evaluate_all(settings.env, context_.scope)))
      release_.env.emplace(std::move(name), std::move(value));
    release_.folder = files_.front().parent_path().string();
    release_.run = context_.run_id + "/" + context_.stage;
    release_.commit = value_of(context_.env, "PIPECTL_GIT_SHA");
    return {};
  }

  /// A value that is empty is the likeliest cause of a file that cannot be.
  [[nodiscard]] Error with_cause(Error error, const Settings& settings) const {
    if (!error.hint.empty()) return error;
    for (const auto& [name, written] : settings.env) {
      const auto value = release_.env.find(name);
      if (value == release_.env.end() || !value->second.empty()) continue;
      error.hint = hint_of_missing(written, context_.scope);
      if (error.hint.empty()) error.hint = fmt::format("{} of `env` is empty", name);
      return error;
    }
    error.hint = "`docker compose config` shows what Compose makes of the files";
    return error;
  }

  Result<void> warn_of_secrets() {
    for (const std::string& name : TRY(project_.shown_secrets(files_, release_)))
      context_.emit.note(
          fmt::format("warning: `docker inspect` will show the secret {}: the compose file puts it "
                      "into a setting of a container; its `secrets` keep it in a file",
                      name));
    return {};
  }

  /// Its images under their names, its files, its values; secrets are those of now.
  Result<std::string> bring_back(const ComposeRelease& release, const DeployWork& work) {
    std::vector<fs::path> files;
    for (const std::string& text : release.files) {
      files.push_back(context_.state_dir / fmt::format("compose-{}.yaml", files.size()));
      TRY(write_file_atomically(files.back(), text, 0600));
    }
    TRY(project_.tag(release.images, work));
    TRY(project_.up(files, release, work));
    TRY(project_.await_healthy(work));
    return fmt::format("{} runs again", release.name());
  }

  StageContext& context_;
  ComposeTargetProject project_;
  ComposeRecord record_;
  ComposeRelease release_;
  std::vector<fs::path> files_;
  bool fresh_{false};
};

class ComposeSpec final : public DeployTargetSpec {
 public:
  explicit ComposeSpec(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] DeployAbilities abilities() const noexcept override {
    return {.beside = false, .settles = true, .records = true};
  }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{"docker", Presence::required}};
  }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::string line = "docker compose";
    for (const auto& file : settings_.files) line += " --file " + shown(file, scope);
    return {fmt::format("{} --project-name {} up --detach --remove-orphans", line,
                        shown(settings_.project, scope))};
  }
  [[nodiscard]] std::vector<std::string> preview_undo(const expr::Scope&) const override {
    return {"back to the release that is recorded in the engine"};
  }
  Result<std::vector<std::string>> compare(StageContext& context) const override {
    return ComposeTarget{context, TRY(project_of(context))}.compare(settings_);
  }
  Result<std::unique_ptr<DeployTarget>> open(StageContext& context,
                                             DeployPurpose purpose) const override {
    auto target = std::make_unique<ComposeTarget>(context, TRY(project_of(context)));
    TRY(target->open(settings_, purpose));
    return target;
  }

 private:
  Result<std::string> project_of(const StageContext& context) const {
    std::string project = TRY(settings_.project.evaluate(context.scope));
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    if (project.empty() || project.find_first_not_of(allowed) != std::string::npos ||
        project.find_first_of("_-") == 0)
      return fail(Fault::step,
                  fmt::format("'{}' is no name of a Compose project", printable(project)),
                  "lower-case letters, digits, '_' and '-', a letter or digit first");
    return project;
  }

  Settings settings_;
};

class ComposeKind final : public DeployTargetKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "compose"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Deploys a Compose project to a Docker engine";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"required":["project"],"properties":{)"
           R"("file":{"$ref":"#/$defs/texts","description":"Default: compose.yaml"},)"
           R"("project":{"type":"string","description":"Its name in the engine"},)"
           R"("env":{"type":"object","additionalProperties":{"type":["string","integer","number","boolean"]},"description":"Values for ${NAME} in the file; kept for the way back"}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployTargetSpec> parse(
      yaml::Node value, const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    yaml::Reader reader{value, "`compose`", context.diagnostics};
    Settings settings;
    settings.files = read_texts("file", reader, context);
    settings.project = read_text("project", reader, context);
    settings.env = read_map("env", reader, context);
    if (settings.project.text().empty() && !reader.node("project"))
      context.diagnostics.error(value.span(), "`compose` needs a `project`",
                                "its name in the engine: `compose: {project: shop}`");
    reader.finish();
    if (context.diagnostics.error_count() > errors) return nullptr;
    if (settings.files.empty()) settings.files.push_back(expr::Template::literal("compose.yaml"));
    return std::make_unique<ComposeSpec>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<DeployTargetKind> make_compose_target() { return std::make_unique<ComposeKind>(); }

}  // namespace pipectl::docker
