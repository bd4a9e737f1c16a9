#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <system_error>

#include "core/api/run_command.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/build_check.hpp"
#include "plugins/docker/build_spec.hpp"
#include "plugins/docker/docker.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/image.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/oci_labels.hpp"
#include "plugins/docker/patience.hpp"
#include "plugins/docker/tail_output.hpp"

namespace pipectl::docker {
namespace {

/// One attempt to build.
class Build {
 public:
  Build(const BuildSpec& spec, StageContext& context)
      : spec_(spec), context_(context), client_(context.executor, context.env, &context.emit) {}

  Result<Outcome> run() {
    TRY(ask_engine(client_, within_stage(context_)));
    const BuildCall call = TRY(prepare());
    std::vector<std::string> platforms = spec_.platforms;
    if (platforms.empty()) platforms.emplace_back();
    for (const auto& platform : platforms) {
      auto ended = TRY(build_one(call, platform));
      if (ended.status != Status::succeeded) return ended;
    }
    for (const Image& image : built_) {
      auto ended = TRY(check_image(image, spec_, client_, context_));
      if (ended.status != Status::succeeded) return ended;
    }
    TRY(write_outputs(call));
    if (context_.report != nullptr)
      context_.report->metric(
          {"image_size", static_cast<double>(largest()), report::Unit::bytes, report::Merge::most});
    Outcome outcome;
    outcome.exit_code = 0;
    outcome.summary = summary();
    return outcome;
  }

 private:
  Result<BuildCall> prepare() {
    const expr::Scope& scope = context_.scope;
    BuildCall call;
    const std::string folder = TRY(spec_.context.evaluate(scope));
    const auto path = context_.directory / folder;
    call.context = path.lexically_normal().string();
    if (!lies_within(path, context_.workspace))
      return fail(Fault::step, fmt::format("the context '{}' lies outside the workspace", folder));
    const std::string file = TRY(spec_.file.evaluate(scope));
    if (!file.empty()) call.file = (path / file).lexically_normal().string();
    call.target = TRY(spec_.target.evaluate(scope));
    call.build_args = TRY(evaluate_all(spec_.build_args, scope));
    call.labels = TRY(oci_labels(context_.env, context_.clock.wall()));
    for (auto& label : TRY(evaluate_all(spec_.labels, scope)))
      call.labels.push_back(std::move(label));
    call.tags = TRY(image_names(spec_.tags));
    call.cache_from = TRY(image_names(spec_.cache_from));
    call.secrets = spec_.secrets;
    call.cache = spec_.cache;
    call.bases = spec_.bases;
    call.builder = TRY(find_builder());
    if (call.builder == BuildCall::Builder::legacy) TRY(bring_caches(call.cache_from));
    call.id_file =
        (context_.state_dir / (place_name("id", context_.stage, context_.attempt) + ".iid"))
            .string();
    return call;
  }

  Result<std::vector<std::string>> image_names(const std::vector<expr::Template>& texts) {
    auto names = TRY(evaluate_all(texts, context_.scope));
    for (const auto& name : names)
      if (!is_image_name(name))
        return fail(Fault::step, fmt::format("'{}' is no name of an image", printable(name)),
                    "letters, digits and `._-/:@`");
    return names;
  }

  Result<BuildCall::Builder> find_builder() {
    const Answer buildx = TRY(client_.ask({"buildx", "version"}, {.cancel = context_.cancel}));
    if (buildx.success()) return BuildCall::Builder::buildx;
    if (!spec_.secrets.empty())
      return fail(Fault::infrastructure, "secrets of a build need buildx, and docker has none here",
                  "install docker-buildx-plugin");
    return BuildCall::Builder::legacy;
  }

  /// BuildKit looks into registries by itself. The builder without it knows only what is here; a
  /// build without these layers is slower and no worse.
  Result<void> bring_caches(const std::vector<std::string>& names) {
    const Call call{.deadline = context_.deadline, .cancel = context_.cancel};
    for (const auto& name : names) {
      if (TRY(find_image(client_, name, call))) continue;
      const Answer pulled = TRY(client_.ask({"pull", "--quiet", name}, call));
      if (!pulled.success())
        context_.emit.note(
            fmt::format("no layers are taken from {}: {}", name, last_words(pulled)));
    }
    return {};
  }

  Result<Outcome> build_one(BuildCall call, const std::string& platform) {
    call.platform = platform;
    if (spec_.platforms.size() > 1)
      for (auto& tag : call.tags) tag = tag_for(tag, platform);
    StageCommand command;
    command.argv = build_arguments(call);
    command.argv.insert(command.argv.begin(), "docker");
    if (call.builder == BuildCall::Builder::legacy) command.env["DOCKER_BUILDKIT"] = "0";
    context_.emit.note(fmt::format("$ docker build {}{}", call.context,
                                   platform.empty() ? "" : " for " + platform));
    Outcome outcome = TRY(build_patiently(command));
    if (outcome.status != Status::succeeded) return outcome;
    const std::string id = std::string(trim(TRY(read_file(call.id_file, 1024))));
    std::error_code ignored;
    std::filesystem::remove(call.id_file, ignored);
    auto image = TRY(find_image(client_, id, {.cancel = context_.cancel}));
    if (!image) return fail(Fault::infrastructure, "the image that was built is not here");
    if (!platform.empty()) image->platform = platform;
    image->name = call.tags.empty() ? id : call.tags.front();
    context_.emit.note(
        fmt::format("built {} ({}, {})", image->name, id.substr(0, 19), human_size(image->bytes)));
    built_.push_back(*std::move(image));
    return outcome;
  }

  /// A step of the Dockerfile that fails is the stage's failure. A base image that cannot be had is
  /// not, and may be had the next moment; what was built before is in the engine's cache.
  Result<Outcome> build_patiently(StageCommand& command) {
    Patience patience{context_};
    while (true) {
      TailOutput output{context_};
      command.output = &output;
      const CommandEnd end = TRY(run_command(context_, command));
      Outcome outcome = outcome_of(end);
      if (outcome.status == Status::timed_out) return out_of_time(output.answer(0), outcome);
      if (outcome.status != Status::failed) return outcome;
      const Answer said{end.finished.status.as_exit_code(), "",
                        last_words(output.answer(end.finished.status.as_exit_code()))};
      outcome.reason = fmt::format("docker build: {}", said.err);
      if (is_step_of_file(said.err)) {
        const Answer all = output.answer(1);
        if ((all.out + all.err).find("exec format error") != std::string::npos)
          outcome.hint =
              "the engine cannot run programs of that platform: register an emulator "
              "(binfmt, qemu-user-static), or build where it is at home";
        return outcome;
      }
      const Error known = explain(said, "docker build");
      if (known.hint.empty()) return outcome;
      if (!TRY(patience.again(said, known))) return tl::unexpected(patience.told(known));
    }
  }

  /// Nothing but its registry is waited for while a base image is looked for.
  static Outcome out_of_time(const Answer& said, Outcome outcome) {
    const std::string last = last_words({0, "", trim(said.out).empty() ? said.err : said.out});
    if (last.empty()) return outcome;
    outcome.reason += fmt::format(" at '{}'", last);
    const bool at_base =
        (last.starts_with("Step ") && last.find(" : FROM ") != std::string::npos) ||
        last.find("load metadata for") != std::string::npos;
    if (!at_base) return outcome;
    outcome.status = Status::infra;
    outcome.hint = "the registry of the base image is slow, or does not answer at all";
    return outcome;
  }

  /// As the builder without BuildKit, BuildKit, and the one of Docker 20.10 say it.
  static bool is_step_of_file(const std::string& words) {
    return words.find("returned a non-zero code") != std::string::npos ||
           words.find("did not complete successfully") != std::string::npos ||
           words.find("executor failed running") != std::string::npos;
  }

  /// For later stages: `stages.NAME.outputs.image`.
  Result<void> write_outputs(const BuildCall& call) {
    std::ofstream file{context_.output_file, std::ios::app};
    file << "image=" << (call.tags.empty() ? built_.front().id : call.tags.front()) << '\n'
         << "image_id=" << built_.front().id << '\n'
         << "image_size=" << largest() << '\n';
    file.flush();
    if (!file)
      return fail(Fault::infrastructure,
                  fmt::format("cannot write {}", context_.output_file.string()));
    return {};
  }

  [[nodiscard]] std::uint64_t largest() const {
    std::uint64_t bytes = 0;
    for (const Image& image : built_) bytes = std::max(bytes, image.bytes);
    return bytes;
  }
  [[nodiscard]] std::string summary() const {
    return built_.size() == 1
               ? fmt::format("{} {}", built_.front().name, human_size(largest()))
               : fmt::format("{} platforms, at most {}", built_.size(), human_size(largest()));
  }

  const BuildSpec& spec_;
  StageContext& context_;
  Client client_;
  std::vector<Image> built_;
};

class BuildStage final : public StageRunner {
 public:
  explicit BuildStage(BuildSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::vector<std::string> lines{"docker " + join(build_arguments(shown_call(scope)), " ")};
    if (spec_.check_form != BuildSpec::Check::none) {
      std::string check = "check:";
      for (const auto& part : spec_.check) check += " " + shown(part, scope);
      lines.push_back(std::move(check));
    }
    return lines;
  }

  Outcome run(StageContext& context) const override {
    auto outcome = Build{spec_, context}.run();
    return outcome ? *std::move(outcome) : outcome_of(outcome.error());
  }

  /// `image_size`: of several platforms the largest.
  [[nodiscard]] Measures measures() const override {
    Measures measures;
    measures.own = Measures::Own::metrics;
    return measures;
  }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{"docker", Presence::required}};
  }

 private:
  /// What is not known before the run stands as it was written. The builder and its labels of the
  /// OCI are the run's.
  [[nodiscard]] BuildCall shown_call(const expr::Scope& scope) const {
    BuildCall call;
    const std::string folder = shown(spec_.context, scope);
    call.context = folder.empty() ? "." : folder;
    call.file = shown(spec_.file, scope);
    call.target = shown(spec_.target, scope);
    for (const auto& [name, value] : spec_.build_args)
      call.build_args.emplace_back(name, shown(value, scope));
    for (const auto& [name, value] : spec_.labels)
      call.labels.emplace_back(name, shown(value, scope));
    call.secrets = spec_.secrets;
    for (const auto& tag : spec_.tags) call.tags.push_back(shown(tag, scope));
    call.platform = join(spec_.platforms, ",");
    for (const auto& image : spec_.cache_from) call.cache_from.push_back(shown(image, scope));
    call.cache = spec_.cache;
    call.bases = spec_.bases;
    return call;
  }

  BuildSpec spec_;
};

class BuildMethod final : public StageMethod {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "build"; }
  [[nodiscard]] KeyDoc key() const override {
    return {"docker", build_schema,
            "Builds an image: `context`, `dockerfile`, `target`, `tags`, …"};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                   const ParseContext& context) const override {
    if (!runs_on_host(value, context)) return nullptr;
    auto spec = parse_build(value, context);
    return spec ? std::make_unique<BuildStage>(*std::move(spec)) : nullptr;
  }
};

}  // namespace

bool runs_on_host(yaml::Node value, const ParseContext& context) {
  if (executor_of(context.stage) == ExecutorKind::local) return true;
  context.diagnostics.error(value.span(), "`docker` is called on this host, not in a container",
                            "take `image` away, or write `executor: local`");
  return false;
}

std::unique_ptr<StageMethod> make_build_method() { return std::make_unique<BuildMethod>(); }

}  // namespace pipectl::docker
